// Convolution as a matrix product whose operands are gathered on the way (implicit GEMM), NHWC, any stride, padding,
// dilation and groups; exact f32 multiply-adds. See package-info for tiles and cost.
#include "implicit.cuh"

#define TILE(BM, BN, TN)                 \
  typedef FloatTile<BM, BN, 8, TN> Tile; \
  __align__(16) __shared__ float shared[2 * Tile::WORDS]
#define FORWARD(BM, BN, TN) TILE(BM, BN, TN); forward<Tile, BM, BN>(g, x, w, y, shared)
#define BACKWARD_INPUT(BM, BN, TN) TILE(BM, BN, TN); backward_input<Tile, BM, BN>(g, dy, w, dx, shared)
#define BACKWARD_WEIGHTS(BM, BN, TN) TILE(BM, BN, TN); backward_weights<Tile, BM, BN>(g, slice, x, dy, parts, shared)

KERNEL void __launch_bounds__(256, 2) forward_128(Geometry g, const float* x, const float* w, float* y) { FORWARD(128, 128, 8); }
KERNEL void __launch_bounds__(64) forward_64(Geometry g, const float* x, const float* w, float* y) { FORWARD(64, 64, 8); }
KERNEL void __launch_bounds__(256, 2) forward_64_spread(Geometry g, const float* x, const float* w, float* y) { FORWARD(128, 64, 4); }
KERNEL void __launch_bounds__(128) forward_32(Geometry g, const float* x, const float* w, float* y) { FORWARD(128, 32, 4); }
KERNEL void __launch_bounds__(64) forward_16(Geometry g, const float* x, const float* w, float* y) { FORWARD(128, 16, 4); }
KERNEL void __launch_bounds__(256, 2) backward_input_128(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(128, 128, 8); }
KERNEL void __launch_bounds__(64) backward_input_64(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(64, 64, 8); }
KERNEL void __launch_bounds__(256, 2) backward_input_64_spread(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(128, 64, 4); }
KERNEL void __launch_bounds__(128) backward_input_32(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(128, 32, 4); }
KERNEL void __launch_bounds__(64) backward_input_16(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(128, 16, 4); }
KERNEL void __launch_bounds__(256, 2) backward_weights_128(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(128, 128, 8); }
KERNEL void __launch_bounds__(64) backward_weights_64(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(64, 64, 8); }
KERNEL void __launch_bounds__(256, 2) backward_weights_64_spread(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(128, 64, 4); }
KERNEL void __launch_bounds__(128) backward_weights_32(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(128, 32, 4); }
KERNEL void __launch_bounds__(64) backward_weights_16(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(128, 16, 4); }

// dw = beta * dw + the sum over slices, in their order and in double, of parts [slices, n].
KERNEL void weights_finish(int n, int slices, const float* parts, float beta, float* dw) {
  for (long long i = thread_index(); i < n; i += thread_count()) {
    double sum = 0.0;
    for (int s = 0; s < slices; s++) sum += parts[(long long)s * n + i];
    dw[i] = beta == 0.0f ? (float)sum : __fmaf_rn(beta, dw[i], (float)sum);
  }
}

// y[.., c] = x[.., c] + bias[c]; y may be x.
KERNEL void add_bias(int n, int channels, const float* x, const float* bias, float* y) {
  if (channels % 4 == 0 && aligned16(x) && aligned16(y)) {
    for (long long i = 4 * thread_index(); i < n; i += 4 * thread_count()) {
      float4 v = *reinterpret_cast<const float4*>(x + i);
      const float* b = bias + i % channels;
      *reinterpret_cast<float4*>(y + i) =
          make_float4(__fadd_rn(v.x, b[0]), __fadd_rn(v.y, b[1]), __fadd_rn(v.z, b[2]), __fadd_rn(v.w, b[3]));
    }
  } else {
    for (long long i = thread_index(); i < n; i += thread_count()) y[i] = __fadd_rn(x[i], bias[i % channels]);
  }
}
