// Depthwise convolution, NHWC: neighbouring threads take neighbouring channels, so that every access is coalesced. Samples
// outside the input are left out. See package-info for cost.
#include "convshape.cuh"

#define BLOCK 128
#define LANES 32
#define WARPS 8
#define STRIP 4

// V neighbouring channels in registers.
template <int V>
struct Channels {
  float v[V];
};
template <int V>
DEVICE Channels<V> load(const float* p) {
  Channels<V> c;
  if (V == 4) {
    float4 all = *reinterpret_cast<const float4*>(p);
    c.v[0] = all.x;
    c.v[1 % V] = all.y;
    c.v[2 % V] = all.z;
    c.v[3 % V] = all.w;
  } else {
    c.v[0] = p[0];
  }
  return c;
}
template <int V>
DEVICE void store(float* p, const Channels<V>& c) {
  if (V == 4) *reinterpret_cast<float4*>(p) = make_float4(c.v[0], c.v[1 % V], c.v[2 % V], c.v[3 % V]);
  else p[0] = c.v[0];
}
template <int V>
DEVICE Channels<V> nothing() {
  Channels<V> c;
#pragma unroll
  for (int i = 0; i < V; i++) c.v[i] = 0.0f;
  return c;
}
template <int V>
DEVICE void add_product(Channels<V>& sum, const Channels<V>& a, const Channels<V>& b) {
#pragma unroll
  for (int i = 0; i < V; i++) sum.v[i] = __fmaf_rn(a.v[i], b.v[i], sum.v[i]);
}

// A 3 x 3 correlation of x [n, h, w, c] with w, turned around if `turned`; a thread makes STRIP neighbours of a row of
// y [n, oh, ow, c], so that a loaded column serves up to three of them.
template <int V, int STRIDE>
DEVICE void three(const Geometry& g, int turned, const float* x, const float* w, float* y) {
  int groups = g.ic / V, strips = (g.ow + STRIP - 1) / STRIP;
  long long thread = thread_index();
  if (thread >= (long long)g.n * g.oh * strips * groups) return;
  int i = (int)thread, line = i / groups, c = (i - line * groups) * V;
  int q = line % strips * STRIP, p = line / strips % g.oh, n = line / strips / g.oh;
  Channels<V> sum[STRIP];
#pragma unroll
  for (int j = 0; j < STRIP; j++) sum[j] = nothing<V>();
#pragma unroll
  for (int r = 0; r < 3; r++) {
    int h = p * STRIDE - g.pad_top + r;
    if (h < 0 || h >= g.h) continue;
    Channels<V> filter[3];
#pragma unroll
    for (int s = 0; s < 3; s++) filter[s] = load<V>(w + (turned ? 8 - 3 * r - s : 3 * r + s) * g.ic + c);
    const float* from = x + ((long long)(n * g.h + h) * g.w * g.ic + c);
#pragma unroll
    for (int k = 0; k < STRIDE * (STRIP - 1) + 3; k++) {
      int column = q * STRIDE - g.pad_left + k;
      if (column < 0 || column >= g.w) continue;
      Channels<V> v = load<V>(from + (long long)column * g.ic);
#pragma unroll
      for (int j = 0; j < STRIP; j++) {
        int s = k - j * STRIDE;
        if (s >= 0 && s < 3) add_product(sum[j], v, filter[s]);
      }
    }
  }
  float* to = y + ((long long)(n * g.oh + p) * g.ow + q) * g.ic + c;
#pragma unroll
  for (int j = 0; j < STRIP; j++) {
    if (q + j < g.ow) store(to + j * g.ic, sum[j]);
  }
}

KERNEL void __launch_bounds__(128) three_stride1(Geometry g, int turned, const float* x, const float* w, float* y) { three<1, 1>(g, turned, x, w, y); }
KERNEL void __launch_bounds__(128) three_stride1_vector(Geometry g, int turned, const float* x, const float* w, float* y) { three<4, 1>(g, turned, x, w, y); }
KERNEL void __launch_bounds__(128) three_stride2(Geometry g, int turned, const float* x, const float* w, float* y) { three<1, 2>(g, turned, x, w, y); }
KERNEL void __launch_bounds__(128) three_stride2_vector(Geometry g, int turned, const float* x, const float* w, float* y) { three<4, 2>(g, turned, x, w, y); }

// y for any window; a thread makes one pixel of V channels.
template <int V>
DEVICE void forward_any(const Geometry& g, const float* x, const float* w, float* y) {
  int groups = g.ic / V;
  long long thread = thread_index();
  if (thread >= (long long)g.n * g.oh * g.ow * groups) return;
  int i = (int)thread, pixel = i / groups, c = (i - pixel * groups) * V;
  int q = pixel % g.ow, p = pixel / g.ow % g.oh, n = pixel / g.ow / g.oh;
  Channels<V> sum = nothing<V>();
  for (int r = 0; r < g.kh; r++) {
    int h = p * g.stride_h - g.pad_top + r * g.dilation_h;
    if (h < 0 || h >= g.h) continue;
    for (int s = 0; s < g.kw; s++) {
      int column = q * g.stride_w - g.pad_left + s * g.dilation_w;
      if (column < 0 || column >= g.w) continue;
      add_product(sum, load<V>(x + ((long long)((n * g.h + h) * g.w + column) * g.ic + c)),
                  load<V>(w + (r * g.kw + s) * g.ic + c));
    }
  }
  store(y + (long long)pixel * g.ic + c, sum);
}
KERNEL void __launch_bounds__(128, 8) any_forward(Geometry g, const float* x, const float* w, float* y) { forward_any<1>(g, x, w, y); }
KERNEL void __launch_bounds__(128, 8) any_forward_vector(Geometry g, const float* x, const float* w, float* y) { forward_any<4>(g, x, w, y); }

// dx for any window; STRIDE is both strides where it is 1 or 2, which makes the divisions shifts, or 0.
template <int V, int STRIDE>
DEVICE void backward_input_any(const Geometry& g, const float* dy, const float* w, float* dx) {
  int groups = g.ic / V, stride_h = STRIDE ? STRIDE : g.stride_h, stride_w = STRIDE ? STRIDE : g.stride_w;
  long long thread = thread_index();
  if (thread >= (long long)g.n * g.h * g.w * groups) return;
  int i = (int)thread, pixel = i / groups, c = (i - pixel * groups) * V;
  int column = pixel % g.w, h = pixel / g.w % g.h, n = pixel / g.w / g.h;
  Channels<V> sum = nothing<V>();
  for (int r = 0; r < g.kh; r++) {
    int top = h + g.pad_top - r * g.dilation_h, p = top / stride_h;
    if (top < 0 || p * stride_h != top || p >= g.oh) continue;
    for (int s = 0; s < g.kw; s++) {
      int left = column + g.pad_left - s * g.dilation_w, q = left / stride_w;
      if (left < 0 || q * stride_w != left || q >= g.ow) continue;
      add_product(sum, load<V>(dy + ((long long)((n * g.oh + p) * g.ow + q) * g.ic + c)),
                  load<V>(w + (r * g.kw + s) * g.ic + c));
    }
  }
  store(dx + (long long)pixel * g.ic + c, sum);
}
KERNEL void __launch_bounds__(128, 8) any_backward_input(Geometry g, const float* dy, const float* w, float* dx) { backward_input_any<1, 0>(g, dy, w, dx); }
KERNEL void __launch_bounds__(128, 8) any_backward_input_vector(Geometry g, const float* dy, const float* w, float* dx) { backward_input_any<4, 0>(g, dy, w, dx); }
KERNEL void __launch_bounds__(128, 8) stride2_backward_input(Geometry g, const float* dy, const float* w, float* dx) { backward_input_any<1, 2>(g, dy, w, dx); }
KERNEL void __launch_bounds__(128, 8) stride2_backward_input_vector(Geometry g, const float* dy, const float* w, float* dx) { backward_input_any<4, 2>(g, dy, w, dx); }

// Adds the WARPS sums of every lane's TAPS and stores parts[slice, tap, c].
template <int TAPS>
DEVICE void gather(const double (&sum)[TAPS], int taps, int first_tap, int channels, double* parts) {
  __shared__ double scratch[WARPS][LANES];
  int c = blockIdx.x * LANES + threadIdx.x;
#pragma unroll
  for (int t = 0; t < TAPS; t++) {
    scratch[threadIdx.y][threadIdx.x] = sum[t];
    __syncthreads();
    if (threadIdx.y == 0 && c < channels) {
      double all = 0.0;
      for (int k = 0; k < WARPS; k++) all += scratch[k][threadIdx.x];
      parts[((long long)blockIdx.y * taps + first_tap + t) * channels + c] = all;
    }
    __syncthreads();
  }
}

// parts[slice, (r, s), c] over the slice's lines (n, p) of dy, 3 x 3; a warp walks along a line with the window in registers.
template <int STRIDE>
DEVICE void three_weights(const Geometry& g, int lines, const float* x, const float* dy, double* parts) {
  int c = blockIdx.x * LANES + threadIdx.x;
  int first = blockIdx.y * lines, end = min(first + lines, g.n * g.oh);
  double sum[9];
#pragma unroll
  for (int t = 0; t < 9; t++) sum[t] = 0.0;
  for (int line = first + (int)threadIdx.y; line < end && c < g.ic; line += WARPS) {
    int n = line / g.oh, h = (line - n * g.oh) * STRIDE - g.pad_top;
    const float* rows = x + ((long long)(n * g.h + h) * g.w * g.ic + c);
    const float* gradient = dy + ((long long)line * g.ow * g.ic + c);
    float part[9], window[3][3];
#pragma unroll
    for (int t = 0; t < 9; t++) part[t] = 0.0f;
#pragma unroll
    for (int r = 0; r < 3; r++) {
#pragma unroll
      for (int s = STRIDE; s < 3; s++) {
        int column = s - STRIDE - g.pad_left;
        bool inside = h + r >= 0 && h + r < g.h && column >= 0 && column < g.w;
        window[r][s] = inside ? rows[((long long)r * g.w + column) * g.ic] : 0.0f;
      }
    }
#pragma unroll 4
    for (int q = 0; q < g.ow; q++) {
      float d = gradient[(long long)q * g.ic];
#pragma unroll
      for (int r = 0; r < 3; r++) {
#pragma unroll
        for (int s = 0; s < 3; s++) {
          int column = q * STRIDE - g.pad_left + s;
          bool inside = h + r >= 0 && h + r < g.h && column >= 0 && column < g.w;
          if (s + STRIDE < 3) window[r][s] = window[r][(s + STRIDE) % 3];
          else window[r][s] = inside ? rows[((long long)r * g.w + column) * g.ic] : 0.0f;
          if (inside) part[3 * r + s] = __fmaf_rn(window[r][s], d, part[3 * r + s]);
        }
      }
    }
#pragma unroll
    for (int t = 0; t < 9; t++) sum[t] += (double)part[t];
  }
  gather<9>(sum, 9, 0, g.ic, parts);
}
KERNEL void __launch_bounds__(256, 2) three_weights_stride1(Geometry g, int lines, const float* x, const float* dy, double* parts) { three_weights<1>(g, lines, x, dy, parts); }
KERNEL void __launch_bounds__(256, 2) three_weights_stride2(Geometry g, int lines, const float* x, const float* dy, double* parts) { three_weights<2>(g, lines, x, dy, parts); }

// The same for any window; blockIdx.z is the tap.
KERNEL void __launch_bounds__(256) any_weights(Geometry g, int lines, const float* x, const float* dy, double* parts) {
  int c = blockIdx.x * LANES + threadIdx.x, r = blockIdx.z / g.kw, s = blockIdx.z % g.kw;
  int first = blockIdx.y * lines, end = min(first + lines, g.n * g.oh);
  double sum[1] = {0.0};
  for (int line = first + (int)threadIdx.y; line < end && c < g.ic; line += WARPS) {
    int n = line / g.oh, h = (line - n * g.oh) * g.stride_h - g.pad_top + r * g.dilation_h;
    if (h < 0 || h >= g.h) continue;
    float part = 0.0f;
    for (int q = 0; q < g.ow; q++) {
      int column = q * g.stride_w - g.pad_left + s * g.dilation_w;
      if (column < 0 || column >= g.w) continue;
      part = __fmaf_rn(x[(long long)((n * g.h + h) * g.w + column) * g.ic + c], dy[((long long)line * g.ow + q) * g.ic + c], part);
    }
    sum[0] += (double)part;
  }
  gather<1>(sum, g.kh * g.kw, blockIdx.z, g.ic, parts);
}

// dw = beta * dw + the sum over slices, in their order, of parts [slices, n].
KERNEL void weights_finish(int n, int slices, const double* parts, float beta, float* dw) {
  for (long long i = thread_index(); i < n; i += thread_count()) {
    double sum = 0.0;
    for (int s = 0; s < slices; s++) sum += parts[(long long)s * n + i];
    dw[i] = beta == 0.0f ? (float)sum : __fmaf_rn(beta, dw[i], (float)sum);
  }
}
