// C = alpha * op(A) * op(B) + beta * C on tensor cores: f32 operands rounded to TF32 or bf16, sums in f32.
// arch: 80
#include "product.cuh"
#include "tensortile.cuh"

#define PRODUCT(TYPE, BM, BN, WM, WN, A, B)                \
  typedef TensorTile<TYPE, BM, BN, WM, WN> Tile;           \
  __align__(16) __shared__ unsigned shared[2 * Tile::WORDS]; \
  product<Tile>(A, B, m, n, k, slice, alpha, beta, c, BM, BN, shared)

KERNEL void __launch_bounds__(256, 2) bf16_large_nn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 128, 128, 64, 32, A_ROWS, B_ROWS); }
KERNEL void __launch_bounds__(256, 2) bf16_large_nt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 128, 128, 64, 32, A_ROWS, B_COLUMNS); }
KERNEL void __launch_bounds__(256, 2) bf16_large_tn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 128, 128, 64, 32, A_COLUMNS, B_ROWS); }
KERNEL void __launch_bounds__(256, 2) bf16_large_tt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 128, 128, 64, 32, A_COLUMNS, B_COLUMNS); }
KERNEL void __launch_bounds__(128) bf16_small_nn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 64, 64, 32, 32, A_ROWS, B_ROWS); }
KERNEL void __launch_bounds__(128) bf16_small_nt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 64, 64, 32, 32, A_ROWS, B_COLUMNS); }
KERNEL void __launch_bounds__(128) bf16_small_tn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 64, 64, 32, 32, A_COLUMNS, B_ROWS); }
KERNEL void __launch_bounds__(128) bf16_small_tt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Bf16, 64, 64, 32, 32, A_COLUMNS, B_COLUMNS); }
KERNEL void __launch_bounds__(256, 2) tf32_large_nn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 128, 128, 64, 32, A_ROWS, B_ROWS); }
KERNEL void __launch_bounds__(256, 2) tf32_large_nt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 128, 128, 64, 32, A_ROWS, B_COLUMNS); }
KERNEL void __launch_bounds__(256, 2) tf32_large_tn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 128, 128, 64, 32, A_COLUMNS, B_ROWS); }
KERNEL void __launch_bounds__(256, 2) tf32_large_tt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 128, 128, 64, 32, A_COLUMNS, B_COLUMNS); }
KERNEL void __launch_bounds__(128) tf32_small_nn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 64, 64, 32, 32, A_ROWS, B_ROWS); }
KERNEL void __launch_bounds__(128) tf32_small_nt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 64, 64, 32, 32, A_ROWS, B_COLUMNS); }
KERNEL void __launch_bounds__(128) tf32_small_tn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 64, 64, 32, 32, A_COLUMNS, B_ROWS); }
KERNEL void __launch_bounds__(128) tf32_small_tt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(Tf32, 64, 64, 32, 32, A_COLUMNS, B_COLUMNS); }
