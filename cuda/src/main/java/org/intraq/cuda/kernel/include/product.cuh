// Matrix product C = alpha * op(A) * op(B) + beta * C for tiles of any kind.
#pragma once
#include "tile.cuh"

// C in place, or the partial product of a slice of the depth.
struct Store {
  StoreMatrix matrix;
  float alpha, beta;

  MEMBER void operator()(int i, int j, const float4& v) const {
    int m = matrix.row + i, n = matrix.column + j;
    if (m >= matrix.rows) return;
    const float* c = matrix.p + ((long long)m * matrix.ld + n);
    float4 old = zeros();
    if (beta != 0.0f && matrix.vector && n + 3 < matrix.columns) old = *reinterpret_cast<const float4*>(c);
    else if (beta != 0.0f) old = load_part(c, matrix.columns - n);
    matrix(i, j, make_float4(mix(v.x, old.x), mix(v.y, old.y), mix(v.z, old.z), mix(v.w, old.w)));
  }
  MEMBER void operator()(int i, int j, const float2& v) const {
    int m = matrix.row + i, n = matrix.column + j;
    if (m >= matrix.rows) return;
    float4 old = zeros();
    if (beta != 0.0f) old = load_part(matrix.p + ((long long)m * matrix.ld + n), min(2, matrix.columns - n));
    matrix(i, j, make_float2(mix(v.x, old.x), mix(v.y, old.y)));
  }
  MEMBER float mix(float sum, float old) const {
    return beta == 0.0f ? __fmul_rn(alpha, sum) : __fmaf_rn(alpha, sum, __fmul_rn(beta, old));
  }
};

// The tile of this block; blockIdx.z is the slice of depth, whose product goes to c + z * m * n.
template <class Tile, class A, class B>
DEVICE void product(const A& a, const B& b, int m, int n, int k, int slice, float alpha, float beta, float* c,
                    int tile_m, int tile_n, typename Tile::Word* shared) {
  int2 at = tile_of(blockIdx.x, (m + tile_m - 1) / tile_m, (n + tile_n - 1) / tile_n);
  int row = at.x * tile_m, column = at.y * tile_n, first = blockIdx.z * slice;
  Tile tile;
  run_tile(tile, a, b, row, column, first, min(first + slice, k), shared);
  tile.drain(Store{StoreMatrix(c + (long long)blockIdx.z * m * n, n, m, n, row, column), alpha, beta});
}

#define A_ROWS DenseAlongDepth(a, k, m, k)
#define A_COLUMNS DenseAlongRows(a, m, m, k)
#define B_ROWS DenseAlongRows(b, n, n, k)
#define B_COLUMNS DenseAlongDepth(b, k, n, k)
