// Convolution whose output passes through an affine map, a residual sum and a rectifier while it is in registers; exact f32.
#include "implicit.cuh"

// y = rectified(z * scale + shift + residual); z is kept where it is not null, residual is added where it is not.
struct FusedStore {
  StoreMatrix z, y;
  const float *scale, *shift, *residual;
  float floor, cap;

  MEMBER float one(float v, int m, int n) const {
    if (n >= y.columns) return 0.0f;
    v = __fmaf_rn(v, scale[n], shift[n]);
    if (residual != nullptr) v = __fadd_rn(v, residual[(long long)m * y.ld + n]);
    return floor == 0.0f ? rectify(v, cap) : v;
  }
  MEMBER void operator()(int i, int j, const float4& v) const {
    int m = y.row + i, n = y.column + j;
    if (m >= y.rows) return;
    if (z.p != nullptr) z(i, j, v);
    y(i, j, make_float4(one(v.x, m, n), one(v.y, m, n + 1), one(v.z, m, n + 2), one(v.w, m, n + 3)));
  }
};

#define FUSED(BM, BN, TN)                                                                                         \
  typedef FloatTile<BM, BN, 8, TN> Tile;                                                                          \
  __align__(16) __shared__ float shared[2 * Tile::WORDS];                                                         \
  forward_to<Tile, BM, BN>(g, x, w, shared, [&](const Tile& tile, int o, int m, int n, int row, int column) {     \
    tile.drain(FusedStore{StoreMatrix(z == nullptr ? nullptr : z + o, g.oc, m, n, row, column),                   \
                          StoreMatrix(y + o, g.oc, m, n, row, column), scale + o, shift + o,                      \
                          residual == nullptr ? nullptr : residual + o, floor, cap});                             \
  })
#define PARAMETERS                                                                                             \
  Geometry g, const float *x, const float *w, const float *scale, const float *shift, const float *residual,   \
      float floor, float cap, float *z, float *y

KERNEL void __launch_bounds__(256, 2) fused_128(PARAMETERS) { FUSED(128, 128, 8); }
KERNEL void __launch_bounds__(64) fused_64(PARAMETERS) { FUSED(64, 64, 8); }
KERNEL void __launch_bounds__(256, 2) fused_64_spread(PARAMETERS) { FUSED(128, 64, 4); }
KERNEL void __launch_bounds__(128) fused_32(PARAMETERS) { FUSED(128, 32, 4); }
KERNEL void __launch_bounds__(64) fused_16(PARAMETERS) { FUSED(128, 16, 4); }
