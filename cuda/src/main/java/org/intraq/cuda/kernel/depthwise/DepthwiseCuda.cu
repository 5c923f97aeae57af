// Depthwise convolution with any window, NHWC: neighbouring threads take neighbouring channels, so that every access is
// coalesced. Samples outside the input are left out. See package-info for cost.
#include "convshape.cuh"
#include "pixels.cuh"

#define LANES 32
#define WARPS 8

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

// dx for any window.
template <int V>
DEVICE void backward_input_any(const Geometry& g, const float* dy, const float* w, float* dx) {
  int groups = g.ic / V;
  long long thread = thread_index();
  if (thread >= (long long)g.n * g.h * g.w * groups) return;
  int i = (int)thread, pixel = i / groups, c = (i - pixel * groups) * V;
  int column = pixel % g.w, h = pixel / g.w % g.h, n = pixel / g.w / g.h;
  Channels<V> sum = nothing<V>();
  for (int r = 0; r < g.kh; r++) {
    int top = h + g.pad_top - r * g.dilation_h, p = top / g.stride_h;
    if (top < 0 || p * g.stride_h != top || p >= g.oh) continue;
    for (int s = 0; s < g.kw; s++) {
      int left = column + g.pad_left - s * g.dilation_w, q = left / g.stride_w;
      if (left < 0 || q * g.stride_w != left || q >= g.ow) continue;
      add_product(sum, load<V>(dy + ((long long)((n * g.oh + p) * g.ow + q) * g.ic + c)),
                  load<V>(w + (r * g.kw + s) * g.ic + c));
    }
  }
  store(dx + (long long)pixel * g.ic + c, sum);
}
KERNEL void __launch_bounds__(128, 8) any_backward_input(Geometry g, const float* dy, const float* w, float* dx) { backward_input_any<1>(g, dy, w, dx); }
KERNEL void __launch_bounds__(128, 8) any_backward_input_vector(Geometry g, const float* dy, const float* w, float* dx) { backward_input_any<4>(g, dy, w, dx); }

// parts[slice, (r, s), c] for any window, over the slice's lines (n, p) of dy; blockIdx.z is the tap.
KERNEL void __launch_bounds__(256) any_weights(Geometry g, int lines, const float* x, const float* dy, double* parts) {
  __shared__ double scratch[WARPS][LANES];
  int c = blockIdx.x * LANES + threadIdx.x, r = blockIdx.z / g.kw, s = blockIdx.z % g.kw;
  int first = blockIdx.y * lines, end = min(first + lines, g.n * g.oh);
  double sum = 0.0;
  for (int line = first + (int)threadIdx.y; line < end && c < g.ic; line += WARPS) {
    int n = line / g.oh, h = (line - n * g.oh) * g.stride_h - g.pad_top + r * g.dilation_h;
    if (h < 0 || h >= g.h) continue;
    float part = 0.0f;
    for (int q = 0; q < g.ow; q++) {
      int column = q * g.stride_w - g.pad_left + s * g.dilation_w;
      if (column < 0 || column >= g.w) continue;
      part = __fmaf_rn(x[(long long)((n * g.h + h) * g.w + column) * g.ic + c], dy[((long long)line * g.ow + q) * g.ic + c], part);
    }
    sum += (double)part;
  }
  scratch[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y == 0 && c < g.ic) {
    sum = 0.0;
    for (int k = 0; k < WARPS; k++) sum += scratch[k][threadIdx.x];
    parts[((long long)blockIdx.y * g.kh * g.kw + blockIdx.z) * g.ic + c] = sum;
  }
}

// dw = beta * dw + the sum over slices of parts [slices, n]; a block of 32 x 32 makes 32 of them in a fixed tree.
KERNEL void __launch_bounds__(1024) weights_finish(int n, int slices, const double* parts, float beta, float* dw) {
  __shared__ double scratch[32][33];
  int i = blockIdx.x * 32 + threadIdx.x;
  double sum = 0.0;
  if (i < n) {
#pragma unroll 8
    for (int s = threadIdx.y; s < slices; s += 32) sum += parts[(long long)s * n + i];
  }
  scratch[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  // Turned around, so that a warp adds the 32 sums of one weight.
  sum = scratch[threadIdx.x][threadIdx.y];
#pragma unroll
  for (int k = 16; k > 0; k /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, k);
  int out = blockIdx.x * 32 + threadIdx.y;
  if (threadIdx.x == 0 && out < n) dw[out] = beta == 0.0f ? (float)sum : __fmaf_rn(beta, dw[out], (float)sum);
}
