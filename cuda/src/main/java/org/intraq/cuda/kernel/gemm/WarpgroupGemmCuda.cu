// C = alpha * op(A) * op(B) + beta * C on Hopper's tensor cores: operands are first rounded to bf16 or TF32 and laid out in
// tiles as shared memory wants them, so that the copy engine brings a tile by one command. See package-info.
// arch: 90a
#include "product.cuh"
#include "tensortile.cuh"
#include "warpgroup.cuh"

#define TILE_ROWS 128
#define TILE_BYTES (TILE_ROWS * TILE_ROW_BYTES)
#define CHUNKS 8
#define STAGES 4
#define STAGE_BYTES (3 * TILE_BYTES)
#define THREADS 256

// How many numbers a chunk of 16 bytes holds, and how they are rounded into it.
struct PackedBf16 {
  static constexpr int PER = 8;
  static MEMBER uint4 chunk(const float (&v)[8]) {
    return make_uint4(bf16_pair(v[0], v[1]), bf16_pair(v[2], v[3]), bf16_pair(v[4], v[5]), bf16_pair(v[6], v[7]));
  }
  static MEMBER void multiply(float (&d)[128], const void* a, const void* b) { warpgroup_bf16(d, a, b); }
};
struct PackedTf32 {
  static constexpr int PER = 4;
  static MEMBER uint4 chunk(const float (&v)[4]) {
    return make_uint4(tf32_bits(v[0]), tf32_bits(v[1]), tf32_bits(v[2]), tf32_bits(v[3]));
  }
  static MEMBER void multiply(float (&d)[128], const void* a, const void* b) { warpgroup_tf32(d, a, b); }
};

// tiles[row / 128][k / depth of a tile] of a matrix [rows, depth] that is contiguous along the depth; zeros beyond its end. A
// thread makes one chunk, a warp reads four rows.
template <class Type>
DEVICE void pack_depth(int rows, int depth, int steps, const float* p, unsigned char* tiles) {
  int chunk = threadIdx.x % CHUNKS, line = (int)(thread_index() / CHUNKS), r = line % TILE_ROWS, tile = line / TILE_ROWS;
  int row = tile / steps * TILE_ROWS + r, k = (tile % steps * CHUNKS + chunk) * Type::PER;
  DenseAlongDepth source(p, depth, rows, depth);
  float v[Type::PER];
#pragma unroll
  for (int i = 0; i < Type::PER; i += 4) {
    float4 q = source.load(source.row(row), source.at(k + i));
    v[i] = q.x, v[i + 1] = q.y, v[i + 2] = q.z, v[i + 3] = q.w;
  }
  *reinterpret_cast<uint4*>(tiles + (long long)tile * TILE_BYTES + chunk_offset(r, chunk)) = Type::chunk(v);
}

// The same of a matrix that is contiguous along its rows: a thread makes one chunk of four rows, a warp of 32 rows x 4 chunks.
template <class Type>
DEVICE void pack_rows(int rows, int depth, int steps, const float* p, unsigned char* tiles) {
  int t = threadIdx.x, tile = blockIdx.x;
  int r = 4 * (t / 32 % 4 * 8 + t % 8), chunk = t / 128 * 4 + t % 32 / 8;
  int row = tile / steps * TILE_ROWS + r, k = (tile % steps * CHUNKS + chunk) * Type::PER;
  DenseAlongRows source(p, rows, rows, depth);
  float v[4][Type::PER];
#pragma unroll
  for (int i = 0; i < Type::PER; i++) {
    float4 q = source.load(source.row(row), source.at(k + i));
    v[0][i] = q.x, v[1][i] = q.y, v[2][i] = q.z, v[3][i] = q.w;
  }
#pragma unroll
  for (int i = 0; i < 4; i++)
    *reinterpret_cast<uint4*>(tiles + (long long)tile * TILE_BYTES + chunk_offset(r + i, chunk)) = Type::chunk(v[i]);
}

KERNEL void __launch_bounds__(THREADS) bf16_pack_depth(int rows, int depth, int steps, const float* p, unsigned char* tiles) { pack_depth<PackedBf16>(rows, depth, steps, p, tiles); }
KERNEL void __launch_bounds__(THREADS) bf16_pack_rows(int rows, int depth, int steps, const float* p, unsigned char* tiles) { pack_rows<PackedBf16>(rows, depth, steps, p, tiles); }
KERNEL void __launch_bounds__(THREADS) tf32_pack_depth(int rows, int depth, int steps, const float* p, unsigned char* tiles) { pack_depth<PackedTf32>(rows, depth, steps, p, tiles); }
KERNEL void __launch_bounds__(THREADS) tf32_pack_rows(int rows, int depth, int steps, const float* p, unsigned char* tiles) { pack_rows<PackedTf32>(rows, depth, steps, p, tiles); }

// One tile of A and two of B for step k, into a stage.
struct Feed {
  const unsigned char *a, *b;
  int steps;
  unsigned char* stages;
  CopyBarrier* full;

  MEMBER void operator()(int k) const {
    unsigned char* to = stages + k % STAGES * STAGE_BYTES;
    CopyBarrier* barrier = full + k % STAGES;
    barrier_expect(barrier, STAGE_BYTES);
    bulk_copy(to, a + (long long)k * TILE_BYTES, TILE_BYTES, barrier);
    bulk_copy(to + TILE_BYTES, b + (long long)k * TILE_BYTES, TILE_BYTES, barrier);
    bulk_copy(to + 2 * TILE_BYTES, b + (long long)(steps + k) * TILE_BYTES, TILE_BYTES, barrier);
  }
};

// C tile 128 x 256, one warpgroup for each 64 rows. While the tensor cores work on step k, thread 0 sends for step
// k + STAGES - 1, whose stage all threads have left, because the multiplications of step k - 1 are awaited before the barrier.
template <class Type>
DEVICE void multiply(int m, int n, int steps, float alpha, const unsigned char* a, const unsigned char* b, float beta, float* c) {
  DYNAMIC_SHARED(unsigned char, raw);
  __shared__ CopyBarrier full[STAGES];
  unsigned char* stages = reinterpret_cast<unsigned char*>((reinterpret_cast<unsigned long long>(raw) + 1023) & ~1023ull);
  int2 at = tile_of(blockIdx.x, (m + TILE_ROWS - 1) / TILE_ROWS, (n + 2 * TILE_ROWS - 1) / (2 * TILE_ROWS));
  int t = threadIdx.x, warpgroup = t / 128;
  Feed feed{a + (long long)at.x * steps * TILE_BYTES, b + 2LL * at.y * steps * TILE_BYTES, steps, stages, full};
  if (t == 0) {
    for (int s = 0; s < STAGES; s++) barrier_init(full + s);
    barrier_publish();
    for (int s = 0; s < STAGES - 1 && s < steps; s++) feed(s);
  }
  __syncthreads();
  float d[128];
#pragma unroll
  for (int i = 0; i < 128; i++) d[i] = 0.0f;
  for (int k = 0; k < steps; k++) {
    barrier_wait(full + k % STAGES, k / STAGES & 1);
    const unsigned char* stage = stages + k % STAGES * STAGE_BYTES;
    warpgroup_begin();
#pragma unroll
    for (int depth = 0; depth < TILE_ROW_BYTES; depth += 32)
      Type::multiply(d, stage + warpgroup * 64 * TILE_ROW_BYTES + depth, stage + TILE_BYTES + depth);
    warpgroup_commit();
    warpgroup_wait<1>();
    __syncthreads();
    if (t == 0 && k + STAGES - 1 < steps) feed(k + STAGES - 1);
  }
  warpgroup_wait<0>();
  int row = warpgroup * 64 + t / 32 % 4 * 16 + t % 32 / 4, column = t % 4 * 2;
  Store store{StoreMatrix(c, n, m, n, at.x * TILE_ROWS, at.y * 2 * TILE_ROWS), alpha, beta};
#pragma unroll
  for (int i = 0; i < 128; i += 4) {
    store(row, i / 4 * 8 + column, make_float2(d[i], d[i + 1]));
    store(row + 8, i / 4 * 8 + column, make_float2(d[i + 2], d[i + 3]));
  }
}
KERNEL void __launch_bounds__(THREADS, 1) bf16_multiply(int m, int n, int steps, float alpha, const unsigned char* a, const unsigned char* b, float beta, float* c) { multiply<PackedBf16>(m, n, steps, alpha, a, b, beta, c); }
KERNEL void __launch_bounds__(THREADS, 1) tf32_multiply(int m, int n, int steps, float alpha, const unsigned char* a, const unsigned char* b, float beta, float* c) { multiply<PackedTf32>(m, n, steps, alpha, a, b, beta, c); }
