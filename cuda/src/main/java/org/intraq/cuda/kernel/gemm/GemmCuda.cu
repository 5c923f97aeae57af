// C = alpha * op(A) * op(B) + beta * C on CUDA cores, exact f32 multiply-adds. See package-info for tiles and cost.
#include "tile.cuh"

// C in place, or the partial product of a slice of the depth.
struct Store {
  StoreMatrix matrix;
  float alpha, beta;

  MEMBER void operator()(int i, int j, const float4& v) const {
    int m = matrix.row + i, n = matrix.column + j;
    if (m >= matrix.rows) return;
    float* c = matrix.p + ((long long)m * matrix.ld + n);
    bool whole = matrix.vector && n + 3 < matrix.columns;
    float4 old = zeros();
    if (beta != 0.0f) old = whole ? *reinterpret_cast<const float4*>(c) : load_part(c, matrix.columns - n);
    float4 y = make_float4(mix(v.x, old.x), mix(v.y, old.y), mix(v.z, old.z), mix(v.w, old.w));
    if (whole) *reinterpret_cast<float4*>(c) = y;
    else store_part(c, matrix.columns - n, y);
  }
  MEMBER float mix(float sum, float old) const {
    return beta == 0.0f ? __fmul_rn(alpha, sum) : __fmaf_rn(alpha, sum, __fmul_rn(beta, old));
  }
};

// The tile of this block; blockIdx.z is the slice of depth, whose product goes to c + z * m * n.
template <class Tile, class A, class B>
DEVICE void product(const A& a, const B& b, int m, int n, int k, int slice, float alpha, float beta, float* c,
                    int tile_m, int tile_n, float* shared) {
  int2 at = tile_of(blockIdx.x, (m + tile_m - 1) / tile_m, (n + tile_n - 1) / tile_n);
  int row = at.x * tile_m, column = at.y * tile_n, first = blockIdx.z * slice;
  Tile tile;
  run_tile(tile, a, b, row, column, first, min(first + slice, k), shared);
  tile.drain(Store{StoreMatrix(c + (long long)blockIdx.z * m * n, n, m, n, row, column), alpha, beta});
}

#define PRODUCT(BM, BN, A, B)                                   \
  typedef FloatTile<BM, BN, 8, 8> Tile;                         \
  __align__(16) __shared__ float shared[2 * Tile::WORDS];       \
  product<Tile>(A, B, m, n, k, slice, alpha, beta, c, BM, BN, shared)

#define A_ROWS DenseAlongDepth(a, k, m, k)
#define A_COLUMNS DenseAlongRows(a, m, m, k)
#define B_ROWS DenseAlongRows(b, n, n, k)
#define B_COLUMNS DenseAlongDepth(b, k, n, k)

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
