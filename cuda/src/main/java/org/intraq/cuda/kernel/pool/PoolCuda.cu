// Pooling of x [N, H, W, C]; a thread makes one element of the result, or four adjacent channels. Gradients are gathered: a
// thread looks up the windows that its input lies in, so that nothing is added atomically and the order is fixed.
#include "channels.cuh"

struct Pool { int n, h, w, c, kh, kw, sh, sw, top, left, oh, ow; };

// A place in [N, rows, columns, C]: the first of V channels.
struct Place { int channel, column, row, image; };
// Calls f(offset, place) for all places of [N, rows, columns, C], V channels at a time; fewer than 2^31 elements.
template <int V, class F> DEVICE void each_place(int n, int rows, int columns, int c, F f) {
  unsigned groups = c / V, count = (unsigned)n * rows * columns * groups;
  for (unsigned i = (unsigned)thread_index(); i < count; i += (unsigned)thread_count()) {
    unsigned pixel = i / groups, line = pixel / columns;
    Place at = {(int)(i % groups * V), (int)(pixel % columns), (int)(line % rows), (int)(line / rows)};
    f((long long)i * V, at);
  }
}

template <int V> DEVICE void max_forward(const Pool& s, const float* x, float* y, int* argmax) {
  each_place<V>(s.n, s.oh, s.ow, s.c, [&](long long out, const Place& at) {
    int top = at.row * s.sh - s.top, left = at.column * s.sw - s.left;
    Vec<V> best;
    int winner[V];
    bool first = true;
    for (int i = max(top, 0); i < min(top + s.kh, s.h); i++) {
      for (int k = max(left, 0); k < min(left + s.kw, s.w); k++) {
        int from = ((at.image * s.h + i) * s.w + k) * s.c + at.channel;
        Vec<V> q = load<V>(x + from);
        LANE {
          bool better = first || q.v[v] > best.v[v] || (q.v[v] != q.v[v] && best.v[v] == best.v[v]);
          if (better) best.v[v] = q.v[v], winner[v] = from + v;
        }
        first = false;
      }
    }
    store<V>(y + out, best);
    store<V>(argmax + out, winner);
  });
}
KERNEL void max_pool(int wide, Pool s, const float* x, float* y, int* argmax) {
  if (wide) max_forward<4>(s, x, y, argmax);
  else max_forward<1>(s, x, y, argmax);
}

// The windows [from, to) that sample i lies in.
DEVICE void windows(int i, int kernel, int stride, int pad, int count, int& from, int& to) {
  int past = i + pad - kernel;
  from = past < 0 ? 0 : past / stride + 1;
  to = min((i + pad) / stride + 1, count);
}

template <int V> DEVICE void max_backward(const Pool& s, const float* dy, const int* argmax, float* dx) {
  each_place<V>(s.n, s.h, s.w, s.c, [&](long long in, const Place& at) {
    int p0, p1, q0, q1;
    windows(at.row, s.kh, s.sh, s.top, s.oh, p0, p1);
    windows(at.column, s.kw, s.sw, s.left, s.ow, q0, q1);
    Vec<V> sum = {};
    for (int p = p0; p < p1; p++) {
      for (int q = q0; q < q1; q++) {
        int from = ((at.image * s.oh + p) * s.ow + q) * s.c + at.channel;
        Vec<V> g = load<V>(dy + from);
        LANE if (argmax[from + v] == (int)in + v) sum.v[v] = __fadd_rn(sum.v[v], g.v[v]);
      }
    }
    store<V>(dx + in, sum);
  });
}
KERNEL void max_pool_backward(int wide, Pool s, const float* dy, const int* argmax, float* dx) {
  if (wide) max_backward<4>(s, dy, argmax, dx);
  else max_backward<1>(s, dy, argmax, dx);
}

DEVICE float divisor(const Pool& s, int count_padding, int p, int q) {
  if (count_padding) return (float)(s.kh * s.kw);
  int top = p * s.sh - s.top, left = q * s.sw - s.left;
  return (float)((min(top + s.kh, s.h) - max(top, 0)) * (min(left + s.kw, s.w) - max(left, 0)));
}
template <int V> DEVICE void average_forward(const Pool& s, int count_padding, const float* x, float* y) {
  each_place<V>(s.n, s.oh, s.ow, s.c, [&](long long out, const Place& at) {
    int top = at.row * s.sh - s.top, left = at.column * s.sw - s.left;
    Vec<V> sum = {};
    for (int i = max(top, 0); i < min(top + s.kh, s.h); i++) {
      for (int k = max(left, 0); k < min(left + s.kw, s.w); k++) {
        Vec<V> q = load<V>(x + ((at.image * s.h + i) * s.w + k) * s.c + at.channel);
        LANE sum.v[v] = __fadd_rn(sum.v[v], q.v[v]);
      }
    }
    float share = divisor(s, count_padding, at.row, at.column);
    LANE sum.v[v] = __fdiv_rn(sum.v[v], share);
    store<V>(y + out, sum);
  });
}
KERNEL void average_pool(int wide, Pool s, int count_padding, const float* x, float* y) {
  if (wide) average_forward<4>(s, count_padding, x, y);
  else average_forward<1>(s, count_padding, x, y);
}
template <int V> DEVICE void average_backward(const Pool& s, int count_padding, const float* dy, float* dx) {
  each_place<V>(s.n, s.h, s.w, s.c, [&](long long in, const Place& at) {
    int p0, p1, q0, q1;
    windows(at.row, s.kh, s.sh, s.top, s.oh, p0, p1);
    windows(at.column, s.kw, s.sw, s.left, s.ow, q0, q1);
    Vec<V> sum = {};
    for (int p = p0; p < p1; p++) {
      for (int q = q0; q < q1; q++) {
        Vec<V> g = load<V>(dy + ((at.image * s.oh + p) * s.ow + q) * s.c + at.channel);
        float share = divisor(s, count_padding, p, q);
        LANE sum.v[v] = __fadd_rn(sum.v[v], __fdiv_rn(g.v[v], share));
      }
    }
    store<V>(dx + in, sum);
  });
}
KERNEL void average_pool_backward(int wide, Pool s, int count_padding, const float* dy, float* dx) {
  if (wide) average_backward<4>(s, count_padding, dy, dx);
  else average_backward<1>(s, count_padding, dy, dx);
}

// y[n, c] = mean of x [N, plane, C]; a block sums the planes of a tile of channels, image after image. Chunks as in sums.
template <int V> DEVICE void global(int n, int plane, int c, const float* x, float* y, double* scratch) {
  int at = channel<V>(), threads = blockDim.x * blockDim.y, t = threadIdx.y * blockDim.x + threadIdx.x;
  for (int image = blockIdx.y; image < n; image += gridDim.y) {
    double sum[V] = {};
    for (int row = threadIdx.y; at < c && row < plane; row += CHUNK * blockDim.y) {
      float part[V] = {};
      for (int k = 0; k < CHUNK; k++) {
        int r = row + k * (int)blockDim.y;
        if (r >= plane) break;
        Vec<V> q = load<V>(x + ((long long)image * plane + r) * c + at);
        LANE part[v] = __fadd_rn(part[v], q.v[v]);
      }
      LANE sum[v] += part[v];
    }
    LANE scratch[v * threads + t] = sum[v];
    __syncthreads();
    if (threadIdx.y == 0 && at < c) {
      Vec<V> mean;
      LANE {
        for (int k = 1; k < (int)blockDim.y; k++) sum[v] += scratch[v * threads + k * (int)blockDim.x + t];
        mean.v[v] = (float)(sum[v] / plane);
      }
      store<V>(y + (long long)image * c + at, mean);
    }
    __syncthreads();
  }
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) global_average(int wide, int n, int plane, int c, const float* x, float* y) {
  __shared__ double scratch[4 * CHANNEL_THREADS];
  if (wide) global<4>(n, plane, c, x, y, scratch);
  else global<1>(n, plane, c, x, y, scratch);
}
template <int V> DEVICE void global_gradient(int n, int plane, int c, const float* dy, float* dx) {
  each_place<V>(n, plane, 1, c, [&](long long in, const Place& at) {
    Vec<V> g = load<V>(dy + (long long)at.image * c + at.channel);
    LANE g.v[v] = __fdiv_rn(g.v[v], (float)plane);
    store<V>(dx + in, g);
  });
}
KERNEL void global_average_backward(int wide, int n, int plane, int c, const float* dy, float* dx) {
  if (wide) global_gradient<4>(n, plane, c, dy, dx);
  else global_gradient<1>(n, plane, c, dy, dx);
}

// y [N, OH, OW, C2]: every stride-th sample of x [N, H, W, C] in the channels from `before` on, zero elsewhere.
struct Shortcut { int n, h, w, c, oh, ow, c2, stride, before; };
template <int V> DEVICE void subsample_forward(const Shortcut& s, const float* x, float* y) {
  each_place<V>(s.n, s.oh, s.ow, s.c2, [&](long long out, const Place& at) {
    int from = at.channel - s.before;
    Vec<V> q = {};
    if (from >= 0 && from < s.c)
      q = load<V>(x + ((at.image * s.h + at.row * s.stride) * s.w + at.column * s.stride) * s.c + from);
    store<V>(y + out, q);
  });
}
KERNEL void subsample(int wide, Shortcut s, const float* x, float* y) {
  if (wide) subsample_forward<4>(s, x, y);
  else subsample_forward<1>(s, x, y);
}
template <int V> DEVICE void subsample_gradient(const Shortcut& s, const float* dy, float* dx) {
  each_place<V>(s.n, s.h, s.w, s.c, [&](long long in, const Place& at) {
    int row = at.row, column = at.column;
    Vec<V> g = {};
    if (row % s.stride == 0 && column % s.stride == 0)
      g = load<V>(dy + ((at.image * s.oh + row / s.stride) * s.ow + column / s.stride) * s.c2 + s.before + at.channel);
    store<V>(dx + in, g);
  });
}
KERNEL void subsample_backward(int wide, Shortcut s, const float* dy, float* dx) {
  if (wide) subsample_gradient<4>(s, dy, dx);
  else subsample_gradient<1>(s, dy, dx);
}
