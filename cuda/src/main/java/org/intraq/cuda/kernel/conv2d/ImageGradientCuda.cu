// The gradient of a convolution's input where that is an image of three channels. A tiled product would leave 13 of 16
// columns empty; here a thread makes all channels of STRIP blocks of stride x stride pixels, which read the same places of dy.
#include "convshape.cuh"
#include "source.cuh"

#define CHANNELS 3
#define THREADS 128

// w [kh, kw, 3, oc] as shared[row d][column d][vector][output channel of a lane][lane]: the filters that lead from a place of
// dy, (d_h, d_w) from the block's own, to the S x S x 3 results of a block, zero where no tap does, in vectors of four.
template <int S, int LANES, int VECTORS>
DEVICE void load_filters(const Geometry& g, int down, int across, int first_h, int first_w, const float* w, float* shared) {
  int all = down * across * VECTORS * 4 * LANES * 4;
  for (int i = threadIdx.x; i < all; i += THREADS) {
    int result = i % 4, lane = i / 4 % LANES, own = i / (4 * LANES) % 4, vector = i / (16 * LANES) % VECTORS;
    int d = i / (16 * LANES * VECTORS), o = 4 * lane + own;
    result += 4 * vector;
    int c = result % CHANNELS, phase_w = result / CHANNELS % S, phase_h = result / (CHANNELS * S);
    int r = phase_h + g.pad_top - S * (d / across + first_h), s = phase_w + g.pad_left - S * (d % across + first_w);
    bool tap = phase_h < S && r >= 0 && r < g.kh && s >= 0 && s < g.kw;
    shared[i] = tap ? w[((r * g.kw + s) * CHANNELS + c) * g.oc + o] : 0.0f;
  }
}

// dx [n, h, w, 3]. LANES threads share a strip, each with four of the output channels; their sums are added in a tree.
template <int S, int ACROSS, int LANES, int STRIP>
DEVICE void image_gradient(const Geometry& g, int down, int first_h, int first_w, const float* dy, const float* w, float* dx) {
  constexpr int RESULTS = S * S * CHANNELS, VECTORS = (RESULTS + 3) / 4, ALL = STRIP * RESULTS, COLUMNS = STRIP + ACROSS - 1;
  DYNAMIC_SHARED(float, filters);
  load_filters<S, LANES, VECTORS>(g, down, ACROSS, first_h, first_w, w, filters);
  __syncthreads();
  int lane = threadIdx.x % LANES, rows = (g.h + S - 1) / S, strips = ((g.w + S - 1) / S + STRIP - 1) / STRIP;
  long long count = (long long)g.n * rows * strips, step = thread_count() / LANES;
  // All threads take the same number of turns: the shuffles below need every lane.
  for (long long base = (long long)blockIdx.x * (THREADS / LANES); base < count; base += step) {
    long long at = base + threadIdx.x / LANES;
    int strip = (int)(at % strips), row = (int)(at / strips % rows), n = at < count ? (int)(at / strips / rows) : g.n;
    float sum[ALL];
#pragma unroll
    for (int i = 0; i < ALL; i++) sum[i] = 0.0f;
    for (int d = 0; d < down; d++) {
      int p = row + d + first_h;
      if (n >= g.n || p < 0 || p >= g.oh) continue;
      const float* from = dy + ((long long)(n * g.oh + p) * g.ow * g.oc + 4 * lane);
      float4 place[COLUMNS];
#pragma unroll
      for (int k = 0; k < COLUMNS; k++) {
        int q = strip * STRIP + k + first_w;
        place[k] = q >= 0 && q < g.ow ? *reinterpret_cast<const float4*>(from + (long long)q * g.oc) : zeros();
      }
#pragma unroll
      for (int s = 0; s < ACROSS; s++) {
        const float4* filter = reinterpret_cast<const float4*>(filters) + (d * ACROSS + s) * VECTORS * 4 * LANES + lane;
#pragma unroll
        for (int o = 0; o < 4; o++) {
          float f[4 * VECTORS];
#pragma unroll
          for (int v = 0; v < VECTORS; v++) {
            float4 q = filter[(v * 4 + o) * LANES];
            f[4 * v] = q.x, f[4 * v + 1] = q.y, f[4 * v + 2] = q.z, f[4 * v + 3] = q.w;
          }
#pragma unroll
          for (int b = 0; b < STRIP; b++) {
            float4 all = place[b + s];
            float value = o == 0 ? all.x : o == 1 ? all.y : o == 2 ? all.z : all.w;
#pragma unroll
            for (int i = 0; i < RESULTS; i++) {
              // [phase of the row][block][phase of the column][channel]: a lane's share below is contiguous in dx.
              int to = i / (S * CHANNELS) * (STRIP * S * CHANNELS) + b * S * CHANNELS + i % (S * CHANNELS);
              sum[to] = __fmaf_rn(value, f[i], sum[to]);
            }
          }
        }
      }
    }
    // Half of the sums go to the lane across, the other half stay, until each lane has its share of all.
#pragma unroll
    for (int half = LANES / 2, keep = ALL / 2; half > 0; half /= 2, keep /= 2) {
      bool upper = (lane & half) != 0;
#pragma unroll
      for (int i = 0; i < ALL / 2; i++) {
        if (i < keep) {
          float mine = upper ? sum[keep + i] : sum[i], other = upper ? sum[i] : sum[keep + i];
          float theirs = __shfl_xor_sync(0xffffffffu, other, half);
          sum[i] = __fadd_rn(mine, theirs);
        }
      }
    }
    constexpr int SHARE = ALL / LANES, LINE = STRIP * S * CHANNELS;
    int h = row * S + lane * SHARE / LINE, first = strip * LINE + lane * SHARE % LINE;
    if (n < g.n && h < g.h) {
      float* to = dx + (long long)(n * g.h + h) * g.w * CHANNELS;
#pragma unroll
      for (int i = 0; i < SHARE; i++) {
        if (first + i < g.w * CHANNELS) to[first + i] = sum[i];
      }
    }
  }
}

#define PARAMETERS Geometry g, int down, int first_h, int first_w, const float *dy, const float *w, float *dx
// stride 2, 7 x 7 to 64 channels (ResNet-18); stride 2, 3 x 3 to 32 (MobileNets); stride 1, 3 x 3 to 16 (ResNet-20).
KERNEL void __launch_bounds__(THREADS, 4) stride2_across4_to64(PARAMETERS) { image_gradient<2, 4, 16, 4>(g, down, first_h, first_w, dy, w, dx); }
KERNEL void __launch_bounds__(THREADS, 4) stride2_across2_to32(PARAMETERS) { image_gradient<2, 2, 8, 4>(g, down, first_h, first_w, dy, w, dx); }
KERNEL void __launch_bounds__(THREADS, 4) stride1_across3_to16(PARAMETERS) { image_gradient<1, 3, 4, 8>(g, down, first_h, first_w, dy, w, dx); }
