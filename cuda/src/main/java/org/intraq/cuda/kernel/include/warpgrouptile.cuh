// Operands of warpgroup multiplications, rounded and laid out in tiles as shared memory wants them (warpgroup.cuh).
#pragma once
#include "source.cuh"
#include "tensortile.cuh"
#include "warpgroup.cuh"

#define CHUNKS 8

// How many numbers a chunk of 16 bytes holds, how they are rounded into it, and the multiplication that takes them.
struct PackedBf16 {
  static constexpr int PER = 8;
  typedef float Sum;
  static MEMBER uint4 chunk(const float (&v)[8]) {
    return make_uint4(bf16_pair(v[0], v[1]), bf16_pair(v[2], v[3]), bf16_pair(v[4], v[5]), bf16_pair(v[6], v[7]));
  }
  template <int N> static MEMBER void multiply(float (&d)[N], const void* a, const void* b) { warpgroup_bf16(d, a, b); }
};
struct PackedTf32 {
  static constexpr int PER = 4;
  typedef float Sum;
  static MEMBER uint4 chunk(const float (&v)[4]) {
    return make_uint4(tf32_bits(v[0]), tf32_bits(v[1]), tf32_bits(v[2]), tf32_bits(v[3]));
  }
  template <int N> static MEMBER void multiply(float (&d)[N], const void* a, const void* b) { warpgroup_tf32(d, a, b); }
};

// One tile of a matrix that is contiguous along the depth: load(row of the tile, chunk, i) gives elements i .. i + 3 of a chunk.
// A thread makes one chunk, a warp reads four rows; `thread` counts the chunks of the tile.
template <class Type, class Load>
DEVICE void pack_depth(int thread, const Load& load, unsigned char* tile) {
  int chunk = thread % CHUNKS, r = thread / CHUNKS;
  float v[Type::PER];
#pragma unroll
  for (int i = 0; i < Type::PER; i += 4) {
    float4 q = load(r, chunk, i);
    v[i] = q.x, v[i + 1] = q.y, v[i + 2] = q.z, v[i + 3] = q.w;
  }
  *reinterpret_cast<uint4*>(tile + chunk_offset(r, chunk)) = Type::chunk(v);
}

// The same of a matrix contiguous along its rows: load gives element i of a chunk in four rows. A thread makes one chunk of four
// rows, a warp those of 32 rows x 4 chunks; two threads for each of the tile's ROWS.
template <class Type, int ROWS, class Load>
DEVICE void pack_rows(int thread, const Load& load, unsigned char* tile) {
  int r = 4 * (thread / 32 % (ROWS / 32) * 8 + thread % 8), chunk = thread / ROWS * 4 + thread % 32 / 8;
  float v[4][Type::PER];
#pragma unroll
  for (int i = 0; i < Type::PER; i++) {
    float4 q = load(r, chunk, i);
    v[0][i] = q.x, v[1][i] = q.y, v[2][i] = q.z, v[3][i] = q.w;
  }
#pragma unroll
  for (int i = 0; i < 4; i++) *reinterpret_cast<uint4*>(tile + chunk_offset(r + i, chunk)) = Type::chunk(v[i]);
}

// The first multiple of 1024 in dynamic shared memory that is 1024 bytes larger than needed.
DEVICE unsigned char* tile_memory(unsigned char* raw) {
  return reinterpret_cast<unsigned char*>((reinterpret_cast<unsigned long long>(raw) + 1023) & ~1023ull);
}
