// C = alpha * op(A) * op(B) + beta * C on Hopper's tensor cores: operands are first rounded to bf16 or TF32 and laid out in
// tiles as shared memory wants them, so that the copy engine brings a tile by one command. See package-info.
// arch: 90a
#include "product.cuh"
#include "warpgrouptile.cuh"

#define TILE_ROWS 128
#define TILE_BYTES (TILE_ROWS * TILE_ROW_BYTES)
#define STAGES 4
#define STAGE_BYTES (3 * TILE_BYTES)
#define THREADS 256

// tiles[row / 128][k / depth of a tile] of a matrix [rows, depth], zeros beyond its end: contiguous along the depth, or along
// the rows.
template <class Type>
DEVICE void matrix_depth(int rows, int depth, int steps, const float* p, unsigned char* tiles) {
  int tile = (int)(thread_index() / (TILE_ROWS * CHUNKS)), thread = (int)(thread_index() % (TILE_ROWS * CHUNKS));
  DenseAlongDepth source(p, depth, rows, depth);
  int row = tile / steps * TILE_ROWS, first = tile % steps * CHUNKS;
  auto load = [&](int r, int chunk, int i) { return source.load(source.row(row + r), (first + chunk) * Type::PER + i); };
  pack_depth<Type>(thread, load, tiles + (long long)tile * TILE_BYTES);
}
template <class Type>
DEVICE void matrix_rows(int rows, int depth, int steps, const float* p, unsigned char* tiles) {
  DenseAlongRows source(p, rows, rows, depth);
  int tile = blockIdx.x, row = tile / steps * TILE_ROWS, first = tile % steps * CHUNKS;
  auto load = [&](int r, int chunk, int i) { return source.load(row + r, (first + chunk) * Type::PER + i); };
  pack_rows<Type, TILE_ROWS>(threadIdx.x, load, tiles + (long long)tile * TILE_BYTES);
}
KERNEL void __launch_bounds__(THREADS) bf16_pack_depth(int rows, int depth, int steps, const float* p, unsigned char* tiles) { matrix_depth<PackedBf16>(rows, depth, steps, p, tiles); }
KERNEL void __launch_bounds__(THREADS) bf16_pack_rows(int rows, int depth, int steps, const float* p, unsigned char* tiles) { matrix_rows<PackedBf16>(rows, depth, steps, p, tiles); }
KERNEL void __launch_bounds__(THREADS) tf32_pack_depth(int rows, int depth, int steps, const float* p, unsigned char* tiles) { matrix_depth<PackedTf32>(rows, depth, steps, p, tiles); }
KERNEL void __launch_bounds__(THREADS) tf32_pack_rows(int rows, int depth, int steps, const float* p, unsigned char* tiles) { matrix_rows<PackedTf32>(rows, depth, steps, p, tiles); }

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
  unsigned char* stages = tile_memory(raw);
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
