// Tiles of a matrix product on tensor cores, fed by the same sources and the same main loop as those on CUDA cores (tile.cuh).
// Operands are f32 in memory and are rounded on their way into shared memory: to bf16 (half to even) or to TF32 (ties away
// from zero). Sums stay f32.
#pragma once
#include "mma.cuh"
#include "tile.cuh"

// Shared memory of tensor cores: [row][depth], rows four words longer than their data, so that the 32 words of a fragment
// (8 rows x 4 words) fall into 32 banks.
template <int ROWS, int DEPTH>
struct Bf16Layout {
  typedef unsigned Word;
  static constexpr int LD = DEPTH / 2 + 4;
  static constexpr int WORDS = ROWS * LD;
  template <bool ALONG_DEPTH>
  static MEMBER void put(unsigned* s, int row, int k, const float4& v) {
    if (ALONG_DEPTH) {
      *reinterpret_cast<uint2*>(s + row * LD + k / 2) = make_uint2(bf16_pair(v.x, v.y), bf16_pair(v.z, v.w));
    } else {
      unsigned short* half = reinterpret_cast<unsigned short*>(s) + row * 2 * LD + k;
      half[0] = bf16_bits(v.x);
      half[2 * LD] = bf16_bits(v.y);
      half[4 * LD] = bf16_bits(v.z);
      half[6 * LD] = bf16_bits(v.w);
    }
  }
};
template <int ROWS, int DEPTH>
struct Tf32Layout {
  typedef unsigned Word;
  static constexpr int LD = DEPTH + 4;
  static constexpr int WORDS = ROWS * LD;
  template <bool ALONG_DEPTH>
  static MEMBER void put(unsigned* s, int row, int k, const float4& v) {
    if (ALONG_DEPTH) {
      *reinterpret_cast<uint4*>(s + row * LD + k) = make_uint4(tf32_bits(v.x), tf32_bits(v.y), tf32_bits(v.z), tf32_bits(v.w));
    } else {
      s[row * LD + k] = tf32_bits(v.x);
      s[(row + 1) * LD + k] = tf32_bits(v.y);
      s[(row + 2) * LD + k] = tf32_bits(v.z);
      s[(row + 3) * LD + k] = tf32_bits(v.w);
    }
  }
};

struct Bf16 {
  static constexpr int K = 16;
  template <int ROWS, int DEPTH>
  struct Layout : Bf16Layout<ROWS, DEPTH> {};
  static MEMBER void mma(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { mma_bf16(d, a, b); }
};
struct Tf32 {
  static constexpr int K = 8;
  template <int ROWS, int DEPTH>
  struct Layout : Tf32Layout<ROWS, DEPTH> {};
  static MEMBER void mma(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { mma_tf32(d, a, b); }
};

// D tile BM x BN; a warp owns WM x WN of it.
template <class Type, int BM, int BN, int WM, int WN>
struct TensorTile {
  static constexpr int DEPTH = 16;
  static constexpr int ACROSS = BN / WN;
  static constexpr int THREADS = BM / WM * ACROSS * 32;
  typedef typename Type::template Layout<BM, DEPTH> LayoutA;
  typedef typename Type::template Layout<BN, DEPTH> LayoutB;
  static constexpr int WORDS = LayoutA::WORDS + LayoutB::WORDS;
  static constexpr int STEP = 8;  // words of a row that one multiplication takes

  typedef unsigned Word;
  float d[WM / 16][WN / 8][4];
  int row, column, group, t;

  MEMBER TensorTile() {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    row = warp / ACROSS * WM;
    column = warp % ACROSS * WN;
    group = lane / 4;
    t = lane % 4;
#pragma unroll
    for (int i = 0; i < WM / 16; i++) {
#pragma unroll
      for (int j = 0; j < WN / 8; j++) {
#pragma unroll
        for (int k = 0; k < 4; k++) d[i][j][k] = 0.0f;
      }
    }
  }
  MEMBER void multiply(const unsigned* a, const unsigned* b) {
#pragma unroll
    for (int step = 0; step < DEPTH / Type::K; step++) {
      unsigned x[WM / 16][4], y[WN / 8][2];
#pragma unroll
      for (int i = 0; i < WM / 16; i++) {
        const unsigned* from = a + (row + 16 * i + group) * LayoutA::LD + step * STEP + t;
        x[i][0] = from[0];
        x[i][1] = from[8 * LayoutA::LD];
        x[i][2] = from[4];
        x[i][3] = from[8 * LayoutA::LD + 4];
      }
#pragma unroll
      for (int j = 0; j < WN / 8; j++) {
        const unsigned* from = b + (column + 8 * j + group) * LayoutB::LD + step * STEP + t;
        y[j][0] = from[0];
        y[j][1] = from[4];
      }
#pragma unroll
      for (int i = 0; i < WM / 16; i++) {
#pragma unroll
        for (int j = 0; j < WN / 8; j++) Type::mma(d[i][j], x[i], y[j]);
      }
    }
  }
  // Hands out every result in pairs: store(row of the tile, first of two columns, values).
  template <class Store>
  MEMBER void drain(const Store& store) const {
#pragma unroll
    for (int i = 0; i < WM / 16; i++) {
#pragma unroll
      for (int j = 0; j < WN / 8; j++) {
        store(row + 16 * i + group, column + 8 * j + 2 * t, make_float2(d[i][j][0], d[i][j][1]));
        store(row + 16 * i + group + 8, column + 8 * j + 2 * t, make_float2(d[i][j][2], d[i][j][3]));
      }
    }
  }
  template <class A, class B>
  struct Loaders {
    typedef Loader<A, LayoutA, BM, DEPTH, THREADS, true> OfA;
    typedef Loader<B, LayoutB, BN, DEPTH, THREADS, true> OfB;
  };
};
