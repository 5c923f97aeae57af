// Convolution and its adjoints on tensor cores: f32 operands rounded to TF32 or bf16, sums in f32.
// arch: 80
#include "implicit.cuh"
#include "tensortile.cuh"

#define TILE(TYPE, BM, BN, WM, WN)               \
  typedef TensorTile<TYPE, BM, BN, WM, WN> Tile; \
  __align__(16) __shared__ unsigned shared[2 * Tile::WORDS]
#define FORWARD(TYPE, BM, BN, WM, WN) TILE(TYPE, BM, BN, WM, WN); forward<Tile, BM, BN>(g, x, w, y, shared)
#define BACKWARD_INPUT(TYPE, BM, BN, WM, WN) TILE(TYPE, BM, BN, WM, WN); backward_input<Tile, BM, BN>(g, dy, w, dx, shared)
#define BACKWARD_WEIGHTS(TYPE, BM, BN, WM, WN) TILE(TYPE, BM, BN, WM, WN); backward_weights<Tile, BM, BN>(g, slice, x, dy, parts, shared)

KERNEL void __launch_bounds__(256, 2) bf16_forward_128(Geometry g, const float* x, const float* w, float* y) { FORWARD(Bf16, 128, 128, 64, 32); }
KERNEL void __launch_bounds__(128) bf16_forward_64(Geometry g, const float* x, const float* w, float* y) { FORWARD(Bf16, 128, 64, 64, 32); }
KERNEL void __launch_bounds__(128, 4) bf16_forward_32(Geometry g, const float* x, const float* w, float* y) { FORWARD(Bf16, 128, 32, 32, 32); }
KERNEL void __launch_bounds__(256, 2) bf16_backward_input_128(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(Bf16, 128, 128, 64, 32); }
KERNEL void __launch_bounds__(128) bf16_backward_input_64(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(Bf16, 128, 64, 64, 32); }
KERNEL void __launch_bounds__(128) bf16_backward_input_32(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(Bf16, 128, 32, 32, 32); }
KERNEL void __launch_bounds__(256, 2) bf16_backward_weights_128(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(Bf16, 128, 128, 64, 32); }
KERNEL void __launch_bounds__(128) bf16_backward_weights_64(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(Bf16, 128, 64, 64, 32); }
KERNEL void __launch_bounds__(128) bf16_backward_weights_32(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(Bf16, 128, 32, 32, 32); }
KERNEL void __launch_bounds__(256, 2) tf32_forward_128(Geometry g, const float* x, const float* w, float* y) { FORWARD(Tf32, 128, 128, 64, 32); }
KERNEL void __launch_bounds__(128) tf32_forward_64(Geometry g, const float* x, const float* w, float* y) { FORWARD(Tf32, 128, 64, 64, 32); }
KERNEL void __launch_bounds__(128) tf32_forward_32(Geometry g, const float* x, const float* w, float* y) { FORWARD(Tf32, 128, 32, 32, 32); }
KERNEL void __launch_bounds__(256, 2) tf32_backward_input_128(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(Tf32, 128, 128, 64, 32); }
KERNEL void __launch_bounds__(128) tf32_backward_input_64(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(Tf32, 128, 64, 64, 32); }
KERNEL void __launch_bounds__(128) tf32_backward_input_32(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(Tf32, 128, 32, 32, 32); }
KERNEL void __launch_bounds__(256, 2) tf32_backward_weights_128(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(Tf32, 128, 128, 64, 32); }
KERNEL void __launch_bounds__(128) tf32_backward_weights_64(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(Tf32, 128, 64, 64, 32); }
KERNEL void __launch_bounds__(128) tf32_backward_weights_32(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(Tf32, 128, 32, 32, 32); }
