// Depthwise convolution with a 3 x 3 window, NHWC: a thread walks down the rows of an image with V channels of W columns in
// registers; neighbouring threads take neighbouring channels. Samples outside the input are left out. See package-info for
// cost.
#include "convshape.cuh"
#include "pixels.cuh"

#define BLOCK 128
#define LANES 32

// Which of the N columns from `first` on lie in [0, width).
template <int N>
DEVICE unsigned inside(int first, int width) {
  unsigned mask = 0;
#pragma unroll
  for (int k = 0; k < N; k++) mask |= (unsigned)(first + k >= 0 && first + k < width) << k;
  return mask;
}
// N pixels of a row, zero where the mask has no bit.
template <int V, int N>
DEVICE void load_row(Channels<V> (&v)[N], const float* from, int channels, unsigned mask) {
#pragma unroll
  for (int k = 0; k < N; k++) {
    v[k] = nothing<V>();
    if (mask >> k & 1) v[k] = load<V>(from + k * channels);
  }
}

// What a thread walks: `count` rows from p on of W columns from q on of V channels from c on of image n.
struct Walk {
  int n, p, q, c, count;
};
// The thread's walk through results of height x width in strips of W and tiles of `rows`; false beyond the last.
template <int V, int W>
DEVICE bool find(Walk& walk, int images, int height, int width, int channels, int rows) {
  int groups = channels / V, strips = (width + W - 1) / W, tiles = (height + rows - 1) / rows;
  long long thread = thread_index();
  if (thread >= (long long)images * tiles * strips * groups) return false;
  int i = (int)thread, strip = i / groups, tile = strip / strips, n = tile / tiles;
  walk.c = (i - strip * groups) * V;
  walk.q = (strip - tile * strips) * W;
  walk.p = (tile - n * tiles) * rows;
  walk.n = n;
  walk.count = min(rows, height - walk.p);
  return true;
}
template <int V>
DEVICE void load_filter(Channels<V> (&filter)[3][3], const float* w, int channels, int c, int turned) {
#pragma unroll
  for (int t = 0; t < 9; t++) filter[t / 3][t % 3] = load<V>(w + (turned ? 8 - t : t) * channels + c);
}

// A 3 x 3 correlation of x [n, h, w, c] with w, turned around if `turned`. A row of x is read once, and the next one
// before it is needed; it adds to the sums of three rows of y, which take turns in registers.
template <int V, int W>
DEVICE void stride1(const Geometry& g, int rows, int turned, const float* __restrict__ x, const float* __restrict__ w, float* __restrict__ y) {
  Walk walk;
  if (!find<V, W>(walk, g.n, g.oh, g.ow, g.ic, rows)) return;
  int count = walk.count, top = walk.p - g.pad_top, left = walk.q - g.pad_left;
  Channels<V> filter[3][3], sum[3][W], v[W + 2], next[W + 2];
  load_filter(filter, w, g.ic, walk.c, turned);
  unsigned mask = inside<W + 2>(left, g.w);
  const float* from = x + (((long long)(walk.n * g.h + top) * g.w + left) * g.ic + walk.c);
  float* to = y + (((long long)(walk.n * g.oh + walk.p) * g.ow + walk.q) * g.ic + walk.c);
  int pitch = g.w * g.ic, out_pitch = g.ow * g.ic;
  load_row(next, from, g.ic, top >= 0 && top < g.h ? mask : 0);
  for (int base = 0; base < count + 2; base += 3) {
#pragma unroll
    for (int k = 0; k < 3; k++) {
      int at = base + k, h = top + at;
      if (at >= count + 2) break;
#pragma unroll
      for (int j = 0; j < W + 2; j++) v[j] = next[j];
      from += pitch;
      load_row(next, from, g.ic, at + 1 < count + 2 && h + 1 >= 0 && h + 1 < g.h ? mask : 0);
#pragma unroll
      for (int j = 0; j < W; j++) sum[k][j] = nothing<V>();
      if (h >= 0 && h < g.h) {
#pragma unroll
        for (int m = 0; m < W + 2; m++) {
          if (mask >> m & 1) {
#pragma unroll
            for (int r = 0; r < 3; r++) {
#pragma unroll
              for (int j = 0; j < W; j++) {
                int s = m - j;
                if (s >= 0 && s < 3) add_product(sum[(k + 3 - r) % 3][j], v[m], filter[r][s]);
              }
            }
          }
        }
      }
      if (at >= 2) {
#pragma unroll
        for (int j = 0; j < W; j++) {
          if (walk.q + j < g.ow) store(to + j * g.ic, sum[(k + 1) % 3][j]);
        }
        to += out_pitch;
      }
    }
  }
}
KERNEL void __launch_bounds__(128, 4) stride1_w7_v2(Geometry g, int rows, int turned, const float* x, const float* w, float* y) { stride1<2, 7>(g, rows, turned, x, w, y); }
KERNEL void __launch_bounds__(128, 5) stride1_w4_v2(Geometry g, int rows, int turned, const float* x, const float* w, float* y) { stride1<2, 4>(g, rows, turned, x, w, y); }
KERNEL void __launch_bounds__(128, 5) stride1_w4_v1(Geometry g, int rows, int turned, const float* x, const float* w, float* y) { stride1<1, 4>(g, rows, turned, x, w, y); }

// The same with stride 2: an even row of the window ends a row of y and begins the next, an odd one lies in the middle.
template <int V, int W>
DEVICE void stride2(const Geometry& g, int rows, const float* __restrict__ x, const float* __restrict__ w, float* __restrict__ y) {
  constexpr int N = 2 * W + 1;
  Walk walk;
  if (!find<V, W>(walk, g.n, g.oh, g.ow, g.ic, rows)) return;
  int count = walk.count, top = 2 * walk.p - g.pad_top, left = 2 * walk.q - g.pad_left;
  Channels<V> filter[3][3], before[W], sum[W], even[N], odd[N];
  load_filter(filter, w, g.ic, walk.c, 0);
  unsigned mask = inside<N>(left, g.w);
  const float* from = x + (((long long)(walk.n * g.h + top) * g.w + left) * g.ic + walk.c);
  float* to = y + (((long long)(walk.n * g.oh + walk.p) * g.ow + walk.q) * g.ic + walk.c);
  int pitch = g.w * g.ic, out_pitch = g.ow * g.ic;
#pragma unroll
  for (int j = 0; j < W; j++) before[j] = nothing<V>();
  for (int at = 0; at <= count; at++) {
    int h = top + 2 * at;
    bool first = h >= 0 && h < g.h, second = h + 1 >= 0 && h + 1 < g.h && at < count;
    load_row(even, from, g.ic, first ? mask : 0);
    load_row(odd, from + pitch, g.ic, second ? mask : 0);
    from += 2 * pitch;
#pragma unroll
    for (int j = 0; j < W; j++) sum[j] = nothing<V>();
#pragma unroll
    for (int m = 0; m < N; m++) {
      if (first && (mask >> m & 1)) {
#pragma unroll
        for (int j = 0; j < W; j++) {
          int s = m - 2 * j;
          if (s >= 0 && s < 3) {
            add_product(before[j], even[m], filter[2][s]);
            add_product(sum[j], even[m], filter[0][s]);
          }
        }
      }
    }
    if (at > 0) {
#pragma unroll
      for (int j = 0; j < W; j++) {
        if (walk.q + j < g.ow) store(to + j * g.ic, before[j]);
      }
      to += out_pitch;
    }
#pragma unroll
    for (int m = 0; m < N; m++) {
      if (second && (mask >> m & 1)) {
#pragma unroll
        for (int j = 0; j < W; j++) {
          int s = m - 2 * j;
          if (s >= 0 && s < 3) add_product(sum[j], odd[m], filter[1][s]);
        }
      }
    }
#pragma unroll
    for (int j = 0; j < W; j++) before[j] = sum[j];
  }
}
KERNEL void __launch_bounds__(128, 5) stride2_v4(Geometry g, int rows, const float* x, const float* w, float* y) { stride2<4, 1>(g, rows, x, w, y); }
KERNEL void __launch_bounds__(128, 5) stride2_v1(Geometry g, int rows, const float* x, const float* w, float* y) { stride2<1, 2>(g, rows, x, w, y); }

// dx of a 3 x 3 window of stride 2: rows 2a, 2a + 1 and columns 2b, 2b + 1 of the padded dx come from rows a - 1, a and
// columns b - 1, b of dy. `count` and p of the walk count rows a, q columns b.
template <int V, int W>
DEVICE void input2(const Geometry& g, int rows, const float* __restrict__ dy, const float* __restrict__ w, float* __restrict__ dx) {
  int first_a = g.pad_top >> 1, first_b = g.pad_left >> 1;
  Walk walk;
  if (!find<V, W>(walk, g.n, ((g.pad_top + g.h - 1) >> 1) - first_a + 1, ((g.pad_left + g.w - 1) >> 1) - first_b + 1, g.ic, rows)) return;
  int a = first_a + walk.p, b = first_b + walk.q, left = 2 * b - g.pad_left;
  Channels<V> filter[3][3], before[W + 1], now[W + 1];
  load_filter(filter, w, g.ic, walk.c, 0);
  unsigned mask = inside<W + 1>(b - 1, g.ow), mine = inside<2 * W>(left, g.w);
  const float* from = dy + (((long long)(walk.n * g.oh + a - 1) * g.ow + b - 1) * g.ic + walk.c);
  float* to = dx + (((long long)(walk.n * g.h + 2 * a - g.pad_top) * g.w + left) * g.ic + walk.c);
  int pitch = g.ow * g.ic, out_pitch = g.w * g.ic;
  unsigned mask_before = a - 1 >= 0 && a - 1 < g.oh ? mask : 0;
  load_row(before, from, g.ic, mask_before);
  for (int at = 0; at < walk.count; at++, a++) {
    from += pitch;
    unsigned mask_now = a < g.oh ? mask : 0;
    load_row(now, from, g.ic, mask_now);
    int h = 2 * a - g.pad_top;
#pragma unroll
    for (int lower = 0; lower < 2; lower++) {
      if (h + lower >= 0 && h + lower < g.h) {
#pragma unroll
        for (int j = 0; j < 2 * W; j++) {
          Channels<V> sum = nothing<V>();
#pragma unroll
          for (int r = lower; r < 3; r += 2) {
#pragma unroll
            for (int s = j & 1; s < 3; s += 2) {
              int m = j / 2 + 1 - s / 2;
              if ((r < 2 ? mask_now : mask_before) >> m & 1) add_product(sum, r < 2 ? now[m] : before[m], filter[r][s]);
            }
          }
          if (mine >> j & 1) store(to + j * g.ic, sum);
        }
      }
      to += out_pitch;
    }
#pragma unroll
    for (int m = 0; m <= W; m++) before[m] = now[m];
    mask_before = mask_now;
  }
}
KERNEL void __launch_bounds__(128, 6) input2_v4(Geometry g, int rows, const float* dy, const float* w, float* dx) { input2<4, 1>(g, rows, dy, w, dx); }
KERNEL void __launch_bounds__(128, 6) input2_v1(Geometry g, int rows, const float* dy, const float* w, float* dx) { input2<1, 2>(g, rows, dy, w, dx); }

// Adds to sum [r][s] the products of a walk over `count` rows of `outputs` columns of dy with their windows in x.
template <int V, int W>
DEVICE void add_walk1(const Geometry& g, int count, int top, int left, int outputs, const float* from, const float* gradient, Channels<V> (&sum)[3][3]) {
  int pitch = g.w * g.ic, out_pitch = g.ow * g.ic;
  unsigned mask = inside<W + 2>(left, g.w), mine = (1u << outputs) - 1;
  Channels<V> d[3][W], v[W + 2];
  for (int base = 0; base < count + 2; base += 3) {
#pragma unroll
    for (int k = 0; k < 3; k++) {
      int at = base + k, h = top + at;
      if (at >= count + 2) break;
      bool row = h >= 0 && h < g.h;
      load_row(d[k], gradient, g.ic, at < count ? mine : 0);
      load_row(v, from, g.ic, row ? mask : 0);
      gradient += out_pitch;
      from += pitch;
      if (row) {
#pragma unroll
        for (int r = 0; r < 3; r++) {
          if (at - r >= 0 && at - r < count) {
#pragma unroll
            for (int j = 0; j < W; j++) {
#pragma unroll
              for (int s = 0; s < 3; s++) {
                if ((mask >> (j + s) & 1) && (mine >> j & 1)) add_product(sum[r][s], v[j + s], d[(k + 3 - r) % 3][j]);
              }
            }
          }
        }
      }
    }
  }
}
template <int V, int W>
DEVICE void add_walk2(const Geometry& g, int count, int top, int left, int outputs, const float* from, const float* gradient, Channels<V> (&sum)[3][3]) {
  constexpr int N = 2 * W + 1;
  int pitch = g.w * g.ic, out_pitch = g.ow * g.ic;
  unsigned mask = inside<N>(left, g.w), mine = (1u << outputs) - 1;
  Channels<V> before[W], d[W], even[N], odd[N];
#pragma unroll
  for (int j = 0; j < W; j++) before[j] = nothing<V>();
  for (int at = 0; at <= count; at++) {
    int h = top + 2 * at;
    bool first = h >= 0 && h < g.h, second = h + 1 >= 0 && h + 1 < g.h && at < count;
    load_row(d, gradient, g.ic, at < count ? mine : 0);
    load_row(even, from, g.ic, first ? mask : 0);
    load_row(odd, from + pitch, g.ic, second ? mask : 0);
    gradient += out_pitch;
    from += 2 * pitch;
#pragma unroll
    for (int r = 0; r < 3; r++) {
      if (r == 1 ? second : r == 0 ? first && at < count : first && at > 0) {
#pragma unroll
        for (int j = 0; j < W; j++) {
#pragma unroll
          for (int s = 0; s < 3; s++) {
            if ((mask >> (2 * j + s) & 1) && (mine >> j & 1)) {
              add_product(sum[r][s], r == 1 ? odd[2 * j + s] : even[2 * j + s], r == 2 ? before[j] : d[j]);
            }
          }
        }
      }
    }
#pragma unroll
    for (int j = 0; j < W; j++) before[j] = d[j];
  }
}

// parts[slice, (r, s), c] of 3 x 3. A block takes LANES channels and a slice of the walks, BLOCK * V / LANES at a time and
// `turns` times. A thread's sums are in single precision, a block's over its threads in double.
template <int V, int W, int STRIDE>
DEVICE void three_weights(const Geometry& g, int rows, int turns, const float* __restrict__ x, const float* __restrict__ dy, double* __restrict__ parts) {
  constexpr int ACROSS = LANES / V, WALKS = BLOCK / ACROSS;
  __align__(16) __shared__ float scratch[WALKS][9 * LANES];
  int channel_tiles = (g.ic + LANES - 1) / LANES, slice = blockIdx.x / channel_tiles, channel_tile = blockIdx.x - slice * channel_tiles;
  int lane = threadIdx.x % ACROSS, mine = threadIdx.x / ACROSS, c = channel_tile * LANES + lane * V;
  int strips = (g.ow + W - 1) / W, tiles = (g.oh + rows - 1) / rows, walks = g.n * tiles * strips;
  Channels<V> sum[3][3];
#pragma unroll
  for (int t = 0; t < 9; t++) sum[t / 3][t % 3] = nothing<V>();
  for (int turn = 0; turn < turns && c < g.ic; turn++) {
    int walk = (slice * turns + turn) * WALKS + mine;
    if (walk >= walks) break;
    int tile = walk / strips, n = tile / tiles, q = (walk - tile * strips) * W, p = (tile - n * tiles) * rows;
    int top = p * STRIDE - g.pad_top, left = q * STRIDE - g.pad_left, count = min(rows, g.oh - p), outputs = min(W, g.ow - q);
    const float* from = x + (((long long)(n * g.h + top) * g.w + left) * g.ic + c);
    const float* gradient = dy + (((long long)(n * g.oh + p) * g.ow + q) * g.ic + c);
    if constexpr (STRIDE == 1) add_walk1<V, W>(g, count, top, left, outputs, from, gradient, sum);
    else add_walk2<V, W>(g, count, top, left, outputs, from, gradient, sum);
  }
#pragma unroll
  for (int t = 0; t < 9; t++) store(&scratch[mine][t * LANES + lane * V], sum[t / 3][t % 3]);
  __syncthreads();
  for (int i = threadIdx.x; i < 9 * LANES; i += BLOCK) {
    double all = 0.0;
#pragma unroll 8
    for (int k = 0; k < WALKS; k++) all += (double)scratch[k][i];
    int channel = channel_tile * LANES + i % LANES;
    if (channel < g.ic) parts[((long long)slice * 9 + i / LANES) * g.ic + channel] = all;
  }
}
KERNEL void __launch_bounds__(128, 4) weights1_w7_v2(Geometry g, int rows, int turns, const float* x, const float* dy, double* parts) { three_weights<2, 7, 1>(g, rows, turns, x, dy, parts); }
KERNEL void __launch_bounds__(128, 4) weights1_w4_v2(Geometry g, int rows, int turns, const float* x, const float* dy, double* parts) { three_weights<2, 4, 1>(g, rows, turns, x, dy, parts); }
KERNEL void __launch_bounds__(128, 4) weights1_w4_v1(Geometry g, int rows, int turns, const float* x, const float* dy, double* parts) { three_weights<1, 4, 1>(g, rows, turns, x, dy, parts); }
KERNEL void __launch_bounds__(128, 4) weights2_v4(Geometry g, int rows, int turns, const float* x, const float* dy, double* parts) { three_weights<4, 2, 2>(g, rows, turns, x, dy, parts); }
KERNEL void __launch_bounds__(128, 4) weights2_v1(Geometry g, int rows, int turns, const float* x, const float* dy, double* parts) { three_weights<1, 2, 2>(g, rows, turns, x, dy, parts); }
