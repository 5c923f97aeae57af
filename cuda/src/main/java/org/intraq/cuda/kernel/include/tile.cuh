// Tiles of a matrix product D[m, n] = sum over k of A[m, k] * B[n, k], both operands given as sources. The next slice of
// depth travels from memory into registers while the present one is multiplied out of shared memory; two buffers, one
// barrier a slice. Every D[m, n] is one chain of fused multiply-adds in order of k: its bits do not depend on the tile.
#pragma once
#include "source.cuh"

// One operand's share of a thread: which chunks of four it carries. SPREAD lays a warp over 4 chunks x 8 depths, which suits
// layouts with the depth contiguous (tensor cores); otherwise a warp reads along the contiguous direction.
template <class Source, class Layout, int ROWS, int DEPTH, int THREADS, bool SPREAD>
struct Loader {
  static constexpr int ALL = ROWS * DEPTH / 4;
  static constexpr int CHUNKS = (ALL + THREADS - 1) / THREADS;
  static constexpr bool ALONG = Source::ALONG_DEPTH;
  // Chunks of a thread share their depth along the depth, and their row along the rows where its warps span all rows.
  static constexpr bool OWN_ROWS = ALONG || (SPREAD && THREADS / 32 % (ROWS / 16) != 0);
  static constexpr int ROW_STATES = OWN_ROWS ? CHUNKS : 1;
  static constexpr int DEPTH_STATES = ALONG ? 1 : CHUNKS;
  static_assert(ALONG ? THREADS % (DEPTH / 4) == 0 : SPREAD || THREADS % (ROWS / 4) == 0, "shared positions");

  Source source;
  int t;
  typename Source::Row rows[ROW_STATES];
  typename Source::Depth depths[DEPTH_STATES];
  float4 staged[CHUNKS];

  MEMBER int index(int i) const { return t + i * THREADS; }
  MEMBER bool carries(int i) const { return ALL % THREADS == 0 || index(i) < ALL; }
  MEMBER int row_of(int i) const {
    int at = index(i);
    if (ALONG) return at / (DEPTH / 4);
    return SPREAD ? 4 * ((at & 3) | (at >> 5) % (ROWS / 16) << 2) : at % (ROWS / 4) * 4;
  }
  MEMBER int depth_of(int i) const {
    int at = index(i);
    if (ALONG) return at % (DEPTH / 4) * 4;
    return SPREAD ? (at >> 2 & 7) | (at >> 5) / (ROWS / 16) << 3 : at / (ROWS / 4);
  }

  MEMBER Loader(const Source& source, int thread, int first_row, int first_depth) : source(source), t(thread) {
#pragma unroll
    for (int i = 0; i < ROW_STATES; i++) rows[i] = source.row(first_row + row_of(i));
#pragma unroll
    for (int i = 0; i < DEPTH_STATES; i++) depths[i] = source.at(first_depth + depth_of(i));
  }
  MEMBER void fetch() {
#pragma unroll
    for (int i = 0; i < CHUNKS; i++) {
      if (carries(i)) staged[i] = source.load(rows[OWN_ROWS ? i : 0], depths[ALONG ? 0 : i]);
    }
  }
  MEMBER void advance() {
#pragma unroll
    for (int i = 0; i < DEPTH_STATES; i++) source.advance(depths[i], DEPTH);
  }
  MEMBER void put(typename Layout::Word* shared) const {
#pragma unroll
    for (int i = 0; i < CHUNKS; i++) {
      if (carries(i)) Layout::template put<ALONG>(shared, row_of(i), depth_of(i), staged[i]);
    }
  }
};

// Shared memory of the CUDA cores: [depth][row], rows padded by one vector so that the transposing stores of an operand
// along the depth fall into different banks.
template <int ROWS, int DEPTH>
struct FloatLayout {
  typedef float Word;
  static constexpr int LD = ROWS + 4;
  static constexpr int WORDS = DEPTH * LD;
  template <bool ALONG_DEPTH>
  static MEMBER void put(float* s, int row, int k, const float4& v) {
    if (ALONG_DEPTH) {
      s[k * LD + row] = v.x;
      s[(k + 1) * LD + row] = v.y;
      s[(k + 2) * LD + row] = v.z;
      s[(k + 3) * LD + row] = v.w;
    } else {
      *reinterpret_cast<float4*>(s + k * LD + row) = v;
    }
  }
};

// D tile BM x BN on CUDA cores; a thread owns TM x TN of it in groups of four rows and columns.
template <int BM, int BN, int TM, int TN, int DEEP = 8>
struct FloatTile {
  static constexpr int DEPTH = DEEP;
  static constexpr int DOWN = BM / TM, ACROSS = BN / TN;
  static constexpr int THREADS = DOWN * ACROSS;
  // A warp covers as near to 4 x 8 threads as the tile allows: the fewest different words for its shared loads.
  static constexpr int WARP_ACROSS = ACROSS < 8 ? ACROSS : 8, WARP_DOWN = 32 / WARP_ACROSS;
  typedef FloatLayout<BM, DEPTH> LayoutA;
  typedef FloatLayout<BN, DEPTH> LayoutB;
  static constexpr int WORDS = LayoutA::WORDS + LayoutB::WORDS;
  static constexpr int SHARED_BYTES = 2 * WORDS * 4;

  typedef float Word;
  float d[TM][TN];
  int down, across;

  MEMBER FloatTile() {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    across = warp % (ACROSS / WARP_ACROSS) * WARP_ACROSS + lane % WARP_ACROSS;
    down = warp / (ACROSS / WARP_ACROSS) * WARP_DOWN + lane / WARP_ACROSS;
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
      for (int j = 0; j < TN; j++) d[i][j] = 0.0f;
    }
  }
  MEMBER void multiply(const float* a, const float* b) {
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      float4 x[TM / 4], y[TN / 4];
#pragma unroll
      for (int i = 0; i < TM / 4; i++)
        x[i] = *reinterpret_cast<const float4*>(a + k * LayoutA::LD + i * 4 * DOWN + 4 * down);
#pragma unroll
      for (int j = 0; j < TN / 4; j++)
        y[j] = *reinterpret_cast<const float4*>(b + k * LayoutB::LD + j * 4 * ACROSS + 4 * across);
#pragma unroll
      for (int i = 0; i < TM / 4; i++) {
#pragma unroll
        for (int j = 0; j < TN / 4; j++) {
          row(d[4 * i], 4 * j, x[i].x, y[j]);
          row(d[4 * i + 1], 4 * j, x[i].y, y[j]);
          row(d[4 * i + 2], 4 * j, x[i].z, y[j]);
          row(d[4 * i + 3], 4 * j, x[i].w, y[j]);
        }
      }
    }
  }
  static MEMBER void row(float (&d)[TN], int j, float x, const float4& y) {
    d[j] = __fmaf_rn(x, y.x, d[j]);
    d[j + 1] = __fmaf_rn(x, y.y, d[j + 1]);
    d[j + 2] = __fmaf_rn(x, y.z, d[j + 2]);
    d[j + 3] = __fmaf_rn(x, y.w, d[j + 3]);
  }
  // Hands out every result: store(row of the tile, first of four columns, values).
  template <class Store>
  MEMBER void drain(const Store& store) const {
#pragma unroll
    for (int i = 0; i < TM; i++) {
#pragma unroll
      for (int j = 0; j < TN / 4; j++) {
        store(i / 4 * 4 * DOWN + 4 * down + i % 4, j * 4 * ACROSS + 4 * across,
              make_float4(d[i][4 * j], d[i][4 * j + 1], d[i][4 * j + 2], d[i][4 * j + 3]));
      }
    }
  }
  template <class A, class B>
  struct Loaders {
    typedef Loader<A, LayoutA, BM, DEPTH, THREADS, false> OfA;
    typedef Loader<B, LayoutB, BN, DEPTH, THREADS, false> OfB;
  };
};

// Runs a tile over the depth from `first` to `end`; both must be the same in all threads. shared: two buffers of Tile::WORDS.
template <class Tile, class A, class B, class Word>
DEVICE void run_tile(Tile& tile, const A& source_a, const B& source_b, int row, int column, int first, int end, Word* shared) {
  if (first >= end) return;
  typename Tile::template Loaders<A, B>::OfA a(source_a, threadIdx.x, row, first);
  typename Tile::template Loaders<A, B>::OfB b(source_b, threadIdx.x, column, first);
  int steps = (end - first + Tile::DEPTH - 1) / Tile::DEPTH;
  Word* buffer = shared;
  Word* other = shared + Tile::WORDS;
  a.fetch();
  b.fetch();
  a.put(buffer);
  b.put(buffer + Tile::LayoutA::WORDS);
  __syncthreads();
  while (--steps > 0) {
    a.advance();
    b.advance();
    a.fetch();
    b.fetch();
    tile.multiply(buffer, buffer + Tile::LayoutA::WORDS);
    a.put(other);
    b.put(other + Tile::LayoutA::WORDS);
    Word* swap = buffer;
    buffer = other;
    other = swap;
    __syncthreads();
  }
  tile.multiply(buffer, buffer + Tile::LayoutA::WORDS);
}

// Up to four columns of row m of a matrix with leading dimension ld.
DEVICE void store_part(float* p, int left, const float4& v) {
  if (left > 0) p[0] = v.x;
  if (left > 1) p[1] = v.y;
  if (left > 2) p[2] = v.z;
  if (left > 3) p[3] = v.w;
}

DEVICE void store_part(float* p, int left, const float2& v) {
  if (left > 0) p[0] = v.x;
  if (left > 1) p[1] = v.y;
}

// Stores into [rows, columns] with leading dimension ld, as vectors where address and shape allow.
struct StoreMatrix {
  float* p;
  int ld, rows, columns, row, column;
  bool vector;

  MEMBER StoreMatrix(float* p, int ld, int rows, int columns, int row, int column)
      : p(p), ld(ld), rows(rows), columns(columns), row(row), column(column), vector(ld % 4 == 0 && aligned16(p)) {}
  template <class V>
  MEMBER void operator()(int i, int j, const V& v) const {
    int m = row + i, n = column + j;
    if (m >= rows) return;
    float* to = p + ((long long)m * ld + n);
    if (vector && n + (int)(sizeof(V) / 4) <= columns) *reinterpret_cast<V*>(to) = v;
    else store_part(to, columns - n, v);
  }
};

// The tile that a block takes: blocks of eight rows of tiles go through the columns together, so that what they share of
// both operands is still in the L2 cache.
DEVICE int2 tile_of(int block, int down, int across) {
  int band = block / (8 * across), first = 8 * band;
  int height = down - first < 8 ? down - first : 8;
  int inside = block - band * 8 * across;
  return make_int2(first + inside % height, inside / height);
}
