// C = alpha * op(A) * op(B) + beta * C on CUDA cores, exact f32 multiply-adds. See package-info for tiles and cost.
#include "product.cuh"

#define PRODUCT(BM, BN, A, B)                                   \
  typedef FloatTile<BM, BN, 8, 8> Tile;                         \
  __align__(16) __shared__ float shared[2 * Tile::WORDS];       \
  product<Tile>(A, B, m, n, k, slice, alpha, beta, c, BM, BN, shared)

// The names end in the transposes of A and B: n as stored, t transposed.
KERNEL void __launch_bounds__(256, 2) gemm_large_nn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(128, 128, A_ROWS, B_ROWS); }
KERNEL void __launch_bounds__(256, 2) gemm_large_nt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(128, 128, A_ROWS, B_COLUMNS); }
KERNEL void __launch_bounds__(256, 2) gemm_large_tn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(128, 128, A_COLUMNS, B_ROWS); }
KERNEL void __launch_bounds__(256, 2) gemm_large_tt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(128, 128, A_COLUMNS, B_COLUMNS); }
KERNEL void __launch_bounds__(64) gemm_small_nn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(64, 64, A_ROWS, B_ROWS); }
KERNEL void __launch_bounds__(64) gemm_small_nt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(64, 64, A_ROWS, B_COLUMNS); }
KERNEL void __launch_bounds__(64) gemm_small_tn(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(64, 64, A_COLUMNS, B_ROWS); }
KERNEL void __launch_bounds__(64) gemm_small_tt(int m, int n, int k, int slice, float alpha, const float* a, const float* b, float beta, float* c) { PRODUCT(64, 64, A_COLUMNS, B_COLUMNS); }

// c = alpha * (sum over slices, in their order and in double, of parts [slices, n]) + beta * c.
KERNEL void gemm_finish(int n, int slices, float alpha, const float* parts, float beta, float* c) {
  for (long long i = thread_index(); i < n; i += thread_count()) {
    double sum = 0.0;
    for (int s = 0; s < slices; s++) sum += parts[(long long)s * n + i];
    float product = (float)sum;
    c[i] = beta == 0.0f ? __fmul_rn(alpha, product) : __fmaf_rn(alpha, product, __fmul_rn(beta, c[i]));
  }
}
