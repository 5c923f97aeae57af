// Convolution of low-bit codes with exact 32-bit sums on tensor cores and a fused output stage. See package-info for the
// order of codes, tiles and cost.
// arch: 75 80
#include "convshape.cuh"
#include "pipeline.cuh"

#define MEMBER __device__ __forceinline__
#define EVERY 0x01010101u
#define CHUNK 16          // bytes that are copied at a time
#define MOST_TAPS 15      // of a window's rows or columns where validity is kept as bits
#define PASS 32           // rows of a warp's sums that go through shared memory together

// The codes of a layer, their order in K (slabs of `inner` channels outermost, then taps, then the slab's channels), and the
// bytes of a row of weights. dense: chunks of x lie within a tap and are aligned. counts: sums of windows are wanted.
struct Codes {
  int zero, inner, row_bytes, steps, dense, counts;
};
// The output stage as OutputStage has it; mode 0 stores sums, 1 floats, 2 codes; residual 0 none, 1 floats, 2 codes; vector:
// four channels are stored together.
struct Stage {
  int mode, activation, residual, residual_zero, half, vector;
};

// A block's tile of BM pixels x BN channels and a warp's of WM x WN; activations of WIDTH bits (8, 4 or 2), DEPTH codes a stage.
template <int WIDTH_, int BM_, int BN_, int WM_, int WN_, int DEPTH_, int STAGES_>
struct Tile {
  static constexpr int WIDTH = WIDTH_, BM = BM_, BN = BN_, WM = WM_, WN = WN_, DEPTH = DEPTH_, STAGES = STAGES_;
  static constexpr int ACROSS = BN / WN, WARPS = BM / WM * ACROSS, THREADS = 32 * WARPS;
  static constexpr int CODES = 8 * CHUNK / WIDTH;                         // of a chunk of x
  static constexpr int A_CHUNKS = DEPTH / CODES, B_CHUNKS = DEPTH / CHUNK;  // of a row
  static constexpr int A_BYTES = BM * A_CHUNKS * CHUNK, STAGE_BYTES = A_BYTES + BN * DEPTH;
  static constexpr int DOWN = WM / 16, RIGHT = WN / 8;                    // fragments of a warp
  static constexpr int DRAIN_BYTES = WARPS * PASS * WN * 4;
  static constexpr int SHARED = STAGES * STAGE_BYTES > DRAIN_BYTES ? STAGES * STAGE_BYTES : DRAIN_BYTES;
};

// Where chunk `chunk` of a row of N chunks lies, in chunks: eight rows' chunks of the same index fall into different banks.
template <int N>
DEVICE int slot(int row, int chunk) {
  constexpr int SHARE = N >= 8 ? 1 : 8 / N;  // rows that share 128 bytes
  return row * N + (chunk ^ (row / SHARE & (N - 1)));
}

// A position in K: tap (r, s) and channel, which is of slab `slab`.
struct Position {
  int r, s, c, slab;

  MEMBER Position(int k) : r(0), s(0), c(k), slab(0) {}
  MEMBER void wrap(const Geometry& g, int inner) {
    while (c >= inner) {
      c -= inner;
      if (++s == g.kw) {
        s = 0;
        if (++r == g.kh) {
          r = 0;
          slab += inner;
        }
      }
    }
  }
};

// A window of one pixel: index of its first sample (it may lie outside), and which rows (bits 0..15) and columns of it lie
// inside the image.
struct Window {
  int base;
  unsigned inside;

  MEMBER void set(const Geometry& g, int pixel) {
    int line = pixel / g.ow, n = line / g.oh;
    int h = (line - n * g.oh) * g.stride_h - g.pad_top, w = (pixel - line * g.ow) * g.stride_w - g.pad_left;
    base = ((n * g.h + h) * g.w + w) * g.ic;
    inside = 0;
    if (n >= g.n) return;
#pragma unroll 1
    for (int r = 0; r < g.kh; r++) inside |= (unsigned)(h + r * g.dilation_h) < (unsigned)g.h ? 1u << (r & 15) : 0u;
#pragma unroll 1
    for (int s = 0; s < g.kw; s++) inside |= (unsigned)(w + s * g.dilation_w) < (unsigned)g.w ? 0x10000u << (s & 15) : 0u;
  }
};

// Copies a thread's chunks of the pixels' codes to shared memory.
template <class T>
struct PixelLoader {
  static constexpr int STEP = T::THREADS / T::A_CHUNKS;              // rows from one chunk to the thread's next
  static constexpr int COUNT = T::BM > STEP ? T::BM / STEP : 1;
  Window windows[COUNT];
  Position at;
  int first, offset;

  MEMBER PixelLoader(const Geometry& g, const Codes& codes, int row)
      : at((int)threadIdx.x % T::A_CHUNKS * T::CODES), first(row + (int)threadIdx.x / T::A_CHUNKS) {
    offset = slot<T::A_CHUNKS>((int)threadIdx.x / T::A_CHUNKS, (int)threadIdx.x % T::A_CHUNKS) * CHUNK;
#pragma unroll
    for (int i = 0; i < COUNT; i++) windows[i].set(g, first + i * STEP);
    at.wrap(g, codes.inner);
  }
  MEMBER void load(const Geometry& g, const Codes& codes, const unsigned char* x, const unsigned char* fill, int channel,
                   unsigned char* to) {
    if (STEP > T::BM && (int)threadIdx.x >= T::BM * T::A_CHUNKS) return;
    int icg = g.ic / g.groups;
    if (T::WIDTH == 8 && !codes.dense) {
#pragma unroll
      for (int i = 0; i < COUNT; i++) gather(g, codes, x, first + i * STEP, channel, icg, to + offset + i * STEP * T::A_CHUNKS * CHUNK);
    } else {
      bool beyond = at.slab >= icg;
      unsigned need = beyond ? ~0u : 1u << at.r | 0x10000u << at.s;
      int tap = (at.r * g.dilation_h * g.w + at.s * g.dilation_w) * g.ic + channel + at.slab + at.c;
      const unsigned char* other = beyond ? fill + CHUNK : fill;
#pragma unroll
      for (int i = 0; i < COUNT; i++) {
        const unsigned char* from = x + (windows[i].base + tap) / (8 / T::WIDTH);
        copy_async(to + offset + i * STEP * T::A_CHUNKS * CHUNK, (windows[i].inside & need) == need ? from : other);
      }
    }
    at.c += T::DEPTH;
    at.wrap(g, codes.inner);
  }
  // A chunk code by code, where channels do not fill chunks or windows are large.
  MEMBER void gather(const Geometry& g, const Codes& codes, const unsigned char* x, int pixel, int channel, int icg,
                     unsigned char* to) const {
    int line = pixel / g.ow, n = line / g.oh;
    int h = (line - n * g.oh) * g.stride_h - g.pad_top, w = (pixel - line * g.ow) * g.stride_w - g.pad_left;
    Position p = at;
#pragma unroll 1
    for (int i = 0; i < CHUNK; i++) {
      int y = h + p.r * g.dilation_h, column = w + p.s * g.dilation_w;
      bool inside = (unsigned)y < (unsigned)g.h && (unsigned)column < (unsigned)g.w && n < g.n;
      to[i] = p.slab >= icg ? 0 : inside ? x[((n * g.h + y) * g.w + column) * g.ic + channel + p.c] : codes.zero;
      p.c++;
      p.wrap(g, codes.inner);
    }
  }
};

// Copies a thread's chunks of the weights; rows beyond the last channel hold other weights or zeros.
template <class T>
struct WeightLoader {
  static constexpr int STEP = T::THREADS / T::B_CHUNKS, COUNT = T::BN / STEP;
  const unsigned char* from;
  int offset;

  MEMBER WeightLoader(const unsigned char* w, int row_bytes) {
    int row = threadIdx.x / T::B_CHUNKS, chunk = threadIdx.x % T::B_CHUNKS;
    from = w + (long long)row * row_bytes + chunk * CHUNK;
    offset = slot<T::B_CHUNKS>(row, chunk) * CHUNK;
  }
  MEMBER void load(int row_bytes, unsigned char* to) {
#pragma unroll
    for (int i = 0; i < COUNT; i++) copy_async(to + offset + i * STEP * T::DEPTH, from + i * STEP * row_bytes);
    from += T::DEPTH;
  }
};

// The sums of a warp.
template <class T>
struct Sums {
  static constexpr int STEPS = T::DEPTH / 32, LOADS = T::A_CHUNKS == 1 ? T::DOWN / 2 : T::DOWN, ROWS = T::WM / LOADS;
  int d[T::DOWN][T::RIGHT][4];
  int window[T::DOWN][2];  // sums of rows' codes; a warp keeps every ACROSS-th
  int first, b, b_turn;  // row of the lane's first load; where its first row of weights lies and what the chunk's index is combined with

  MEMBER Sums() {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32, column = warp % T::ACROSS * T::WN;
    first = warp / T::ACROSS * T::WM + (T::A_CHUNKS == 1 ? lane : lane % 16);
    int home = slot<T::B_CHUNKS>(column + lane % 8 + lane / 16 * 8, lane / 8 % 2);
    b = home / T::B_CHUNKS * T::DEPTH;
    b_turn = home % T::B_CHUNKS * CHUNK;
#pragma unroll
    for (int i = 0; i < T::DOWN; i++) {
      window[i][0] = window[i][1] = 0;
#pragma unroll
      for (int j = 0; j < T::RIGHT; j++) {
#pragma unroll
        for (int k = 0; k < 4; k++) d[i][j][k] = 0;
      }
    }
  }
  // Where the lane's chunk of a row lies.
  MEMBER static int place(int row) { return slot<T::A_CHUNKS>(row, T::A_CHUNKS == 1 ? 0 : threadIdx.x % 32 / 16) * CHUNK; }
  // The fragment of rows i and step `step` out of what load_matrices brought.
  MEMBER static void unpack(const unsigned (&raw)[LOADS][4], int i, int step, unsigned (&x)[4]) {
    constexpr unsigned MASK = T::WIDTH == 8 ? ~0u : ((1u << T::WIDTH % 8) - 1u) * EVERY;
    if (T::WIDTH == 8) {
#pragma unroll
      for (int k = 0; k < 4; k++) x[k] = raw[i][k];
      return;
    }
    constexpr int PER = T::CODES < 32 ? 1 : T::CODES / 32;  // steps of a chunk
    const unsigned (&from)[4] = raw[T::A_CHUNKS == 1 ? i / 2 : i];
    int at = T::A_CHUNKS == 1 ? i % 2 * 2 : step / PER % 2 * 2, shift = step % PER * 2 * T::WIDTH;
    x[0] = from[at] >> shift & MASK;
    x[1] = from[at + 1] >> shift & MASK;
    x[2] = from[at] >> (shift + T::WIDTH) & MASK;
    x[3] = from[at + 1] >> (shift + T::WIDTH) & MASK;
  }
  // rows: where the lane's chunks of its rows lie.
  MEMBER void multiply(const unsigned char* x_base, const int (&rows)[LOADS], const unsigned char* w_base, bool counts) {
    constexpr int SPAN = T::A_CHUNKS == 1 ? STEPS : 8 / T::WIDTH;  // steps that one load covers
    int share = threadIdx.x / 32 % T::ACROSS;
    unsigned raw[LOADS][4];
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
      unsigned y[T::RIGHT][2];
      if (step % SPAN == 0) {
#pragma unroll
        for (int i = 0; i < LOADS; i++) {
          load_matrices(raw[i], x_base + (rows[i] ^ step / SPAN * 2 * CHUNK));
        }
      }
#pragma unroll
      for (int j = 0; j < T::RIGHT; j += 2) {
        unsigned two[4];
        load_matrices(two, w_base + b + (b_turn ^ step * 2 * CHUNK) + j * 8 * T::DEPTH);
        y[j][0] = two[0], y[j][1] = two[1], y[j + 1][0] = two[2], y[j + 1][1] = two[3];
      }
#pragma unroll
      for (int i = 0; i < T::DOWN; i++) {
        unsigned x[4];
        unpack(raw, i, step, x);
        if (counts && i % T::ACROSS == share) {
#pragma unroll
          for (int k = 0; k < 4; k++) window[i][k % 2] = (int)__dp4a(x[k], EVERY, (unsigned)window[i][k % 2]);
        }
#pragma unroll
        for (int j = 0; j < T::RIGHT; j++) mma_u8s8(d[i][j], x, y[j]);
      }
    }
  }
};

// What the output stage reads and writes; arrays of a channel each, and results [pixel, oc].
struct Output {
  const int* weight_zero;
  const int* correction;
  const float* multiplier;
  const float* offset;
  const void* residual;
  void* y;
  float cap, m, z, residual_m;
};
// The numbers of four channels.
struct Channels {
  int zero[4], correction[4];
  float multiplier[4], offset[4];

  MEMBER Channels(const Output& out, int o, int count) {
#pragma unroll
    for (int e = 0; e < 4; e++) {
      bool inside = e < count;
      zero[e] = inside ? out.weight_zero[o + e] : 0;
      correction[e] = inside ? out.correction[o + e] : 0;
      multiplier[e] = inside ? out.multiplier[o + e] : 0.0f;
      offset[e] = inside ? out.offset[o + e] : 0.0f;
    }
  }
};

DEVICE float stage_value(const Output& out, const Stage& stage, float value, float added) {
  if (stage.residual) value = __fadd_rn(value, added);
  if (stage.activation) value = value < 0.0f ? 0.0f : value > out.cap ? out.cap : value;
  return value;
}
DEVICE int stage_code(const Output& out, const Stage& stage, float value) {
  float shifted = __fsub_rn(__fmul_rn(out.m, value), out.z), high = __int2float_rn(stage.half - 1);
  float low = -__int2float_rn(stage.half), clamped = shifted > high ? high : shifted >= low ? shifted : low;
  return __float2int_rn(clamped) + stage.half;
}
DEVICE float residual_value(const Output& out, const Stage& stage, int code) {
  return __fdiv_rn(__int2float_rn(code - stage.residual_zero), out.residual_m);
}

// Stores the results of `count` (at most four) channels of one pixel at index `at`.
DEVICE void store(const Output& out, const Stage& stage, const Channels& channels, int4 sums, int window, int at, int count) {
  int v[4] = {sums.x, sums.y, sums.z, sums.w};
#pragma unroll
  for (int e = 0; e < 4; e++) v[e] = (int)((unsigned)v[e] - (unsigned)channels.zero[e] * (unsigned)window + (unsigned)channels.correction[e]);
  if (stage.mode != 0) {
    float added[4] = {0.0f, 0.0f, 0.0f, 0.0f};
    if (stage.residual == 1) {
      const float* from = static_cast<const float*>(out.residual) + at;
      if (stage.vector) {
        float4 four = *reinterpret_cast<const float4*>(from);
        added[0] = four.x, added[1] = four.y, added[2] = four.z, added[3] = four.w;
      } else {
#pragma unroll
        for (int e = 0; e < 4; e++) added[e] = e < count ? from[e] : 0.0f;
      }
    } else if (stage.residual == 2) {
      const unsigned char* from = static_cast<const unsigned char*>(out.residual) + at;
      unsigned four = 0;
      if (stage.vector) {
        four = *reinterpret_cast<const unsigned*>(from);
      } else {
#pragma unroll
        for (int e = 0; e < 4; e++) four |= e < count ? (unsigned)from[e] << 8 * e : 0u;
      }
#pragma unroll
      for (int e = 0; e < 4; e++) added[e] = residual_value(out, stage, (int)(four >> 8 * e & 255u));
    }
    unsigned codes = 0;
#pragma unroll
    for (int e = 0; e < 4; e++) {
      float value = __fmaf_rn(__int2float_rn(v[e]), channels.multiplier[e], channels.offset[e]);
      value = stage_value(out, stage, value, added[e]);
      if (stage.mode == 2) codes |= (unsigned)stage_code(out, stage, value) << 8 * e;
      v[e] = __float_as_int(value);
    }
    if (stage.mode == 2) {
      unsigned char* to = static_cast<unsigned char*>(out.y) + at;
      if (stage.vector) {
        *reinterpret_cast<unsigned*>(to) = codes;
      } else {
#pragma unroll
        for (int e = 0; e < 4; e++)
          if (e < count) to[e] = (unsigned char)(codes >> 8 * e);
      }
      return;
    }
  }
  int* to = static_cast<int*>(out.y) + at;
  if (stage.vector) {
    *reinterpret_cast<int4*>(to) = make_int4(v[0], v[1], v[2], v[3]);
  } else {
#pragma unroll
    for (int e = 0; e < 4; e++)
      if (e < count) to[e] = v[e];
  }
}

// A warp's sums go through its part of shared memory, PASS rows at a time, so that lanes get four neighbouring channels.
template <class T>
DEVICE void drain(const Sums<T>& sums, const Geometry& g, const Stage& stage, const Output& out, int row, int column,
                  const int* window, unsigned char* shared) {
  constexpr int LANES = T::WN / 4, ROWS = 32 / LANES;
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, group = lane / 4, t = lane % 4, ocg = g.oc / g.groups;
  int* mine = reinterpret_cast<int*>(shared) + warp * PASS * T::WN;
  int top = warp / T::ACROSS * T::WM, left = lane % LANES * 4, pixels = g.n * g.oh * g.ow;
  int count = ocg - column - warp % T::ACROSS * T::WN - left, o = blockIdx.z * ocg + ocg - count;
  Channels channels(out, o, count);
#pragma unroll
  for (int pass = 0; pass < T::WM / PASS; pass++) {
    __syncwarp();
#pragma unroll
    for (int i = 0; i < PASS / 16; i++) {
#pragma unroll
      for (int j = 0; j < T::RIGHT; j++) {
        const int (&d)[4] = sums.d[pass * (PASS / 16) + i][j];
        int* to = mine + (16 * i + group) * T::WN + ((8 * j + 2 * t) ^ group % 4 * 8);
        *reinterpret_cast<int2*>(to) = make_int2(d[0], d[1]);
        *reinterpret_cast<int2*>(to + 8 * T::WN) = make_int2(d[2], d[3]);
      }
    }
    __syncwarp();
#pragma unroll 2
    for (int i = lane / LANES; i < PASS; i += ROWS) {
      int4 four = *reinterpret_cast<const int4*>(mine + i * T::WN + (left ^ i % 4 * 8));
      int pixel = row + top + pass * PASS + i;
      if (pixel < pixels && count > 0) store(out, stage, channels, four, window[top + pass * PASS + i], pixel * g.oc + o, count);
    }
  }
}

// Sums of windows, where they are wanted, and the output stage.
template <class T>
DEVICE void finish(const Sums<T>& sums, const Geometry& g, const Codes& codes, const Stage& stage, const Output& out, int row,
                   int column, int* windows, unsigned char* shared, int* window) {
  int group = blockIdx.z;
  if (codes.counts) {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
#pragma unroll
    for (int i = 0; i < T::DOWN; i++) {
#pragma unroll
      for (int k = 0; k < 2; k++) {
        int sum = sums.window[i][k];
        sum += __shfl_xor_sync(0xffffffffu, sum, 1);
        sum += __shfl_xor_sync(0xffffffffu, sum, 2);
        int at = warp / T::ACROSS * T::WM + 16 * i + 8 * k + lane / 4;
        if (i % T::ACROSS != warp % T::ACROSS || lane % 4 != 0) continue;
        window[at] = sum;
        if (windows != nullptr && column == 0 && row + at < g.n * g.oh * g.ow) windows[(row + at) * g.groups + group] = sum;
      }
    }
  } else {
    for (int i = threadIdx.x; i < T::BM; i += T::THREADS) window[i] = 0;
  }
  __syncthreads();
  drain<T>(sums, g, stage, out, row, column, window, shared);
}

// One tile; blockIdx.z is the group. windows, if it is not null, receives the windows' sums [pixel, group].
template <class T>
DEVICE void convolve(const Geometry& g, const Codes& codes, const Stage& stage, const unsigned char* x, const unsigned char* w,
                     const unsigned char* fill, const Output& out, int* windows, unsigned char* shared, int* window) {
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, group = blockIdx.z, across = (ocg + T::BN - 1) / T::BN;
  int row = blockIdx.x / across * T::BM, column = blockIdx.x % across * T::BN;
  PixelLoader<T> a(g, codes, row);
  WeightLoader<T> b(w + (long long)(group * ocg + column) * codes.row_bytes, codes.row_bytes);
  int loaded = 0, steps = codes.steps;
  unsigned char* to = shared;
  auto load = [&]() {
    if (loaded < steps) {
      a.load(g, codes, x, fill, group * icg, to);
      b.load(codes.row_bytes, to + T::A_BYTES);
    }
    commit_async();
    loaded++;
    to = to == shared + (T::STAGES - 1) * T::STAGE_BYTES ? shared : to + T::STAGE_BYTES;
  };
#pragma unroll 1
  for (int i = 0; i < T::STAGES - 1; i++) load();
  Sums<T> sums;
  int rows[Sums<T>::LOADS];
#pragma unroll
  for (int i = 0; i < Sums<T>::LOADS; i++) rows[i] = Sums<T>::place(sums.first + i * Sums<T>::ROWS);
  const unsigned char* from = shared;
#pragma unroll 1
  for (int step = 0; step < steps; step++) {
    wait_async<T::STAGES - 2>();
    __syncthreads();
    load();
    sums.multiply(from, rows, from + T::A_BYTES, codes.counts);
    from = from == shared + (T::STAGES - 1) * T::STAGE_BYTES ? shared : from + T::STAGE_BYTES;
  }
  finish<T>(sums, g, codes, stage, out, row, column, windows, shared, window);
}

// A tile of a convolution of stride 1 whose result is as large as the image: pixels and what their windows reach are one
// stretch of x, which is copied once for all taps of a slab.
template <class T>
DEVICE void convolve_band(const Geometry& g, const Codes& codes, const Stage& stage, const unsigned char* x,
                          const unsigned char* w, const Output& out, int* windows, unsigned char* shared, int* window) {
  constexpr int LINE = T::A_CHUNKS * CHUNK, LOADS = Sums<T>::LOADS;
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, group = blockIdx.z, across = (ocg + T::BN - 1) / T::BN;
  int row = blockIdx.x / across * T::BM, column = blockIdx.x % across * T::BN, pixels = g.n * g.oh * g.ow;
  int before = g.pad_top * g.w + g.pad_left, taps = g.kh * g.kw;
  int length = T::BM + (g.kh - 1) * g.dilation_h * g.w + (g.kw - 1) * g.dilation_w, band_bytes = (length * LINE + 127) / 128 * 128;
  int slabs = icg / T::DEPTH, steps = slabs * taps;
  unsigned char* bands = shared + T::STAGES * T::BN * T::DEPTH;
  unsigned char* pad = bands + (slabs > 1 ? 2 : 1) * band_bytes;
  for (int i = threadIdx.x; i < LINE; i += T::THREADS) pad[i] = (unsigned char)(codes.zero * (255 / ((1 << T::WIDTH) - 1)));
  WeightLoader<T> b(w + (long long)(group * ocg + column) * codes.row_bytes, codes.row_bytes);
  // Chunks from `start` on, in steps of the block, of slab `slab`.
  auto copy = [&](int slab, int start, int end) {
    unsigned char* to = bands + slab % 2 * band_bytes;
    int offset = group * icg + slab * T::DEPTH;
    for (int i = start + threadIdx.x; i < end; i += T::THREADS) {
      int line = i / T::A_CHUNKS, chunk = i % T::A_CHUNKS, pixel = row - before + line;
      if (pixel < 0 || pixel >= pixels) continue;
      copy_async(to + slot<T::A_CHUNKS>(line, chunk) * CHUNK, x + (pixel * g.ic + offset + chunk * T::CODES) / (8 / T::WIDTH));
    }
  };
  int total = length * T::A_CHUNKS, pieces = taps - (T::STAGES - 1);
  int piece = ((total + pieces - 1) / pieces + T::THREADS - 1) / T::THREADS * T::THREADS;
  copy(0, 0, total);
  int loaded = 0, loaded_slab = 0, loaded_tap = 0;
  unsigned char* to = shared;
  auto load = [&]() {
    if (loaded < steps) {
      b.load(codes.row_bytes, to);
      // The other band is free once the steps of its slab are done, STAGES - 1 behind.
      int part = loaded_tap - (T::STAGES - 1);
      if (part >= 0 && loaded_slab + 1 < slabs) copy(loaded_slab + 1, part * piece, min((part + 1) * piece, total));
      if (++loaded_tap == taps) loaded_tap = 0, loaded_slab++;
    }
    commit_async();
    loaded++;
    to = to == shared + (T::STAGES - 1) * T::BN * T::DEPTH ? shared : to + T::BN * T::DEPTH;
  };
#pragma unroll 1
  for (int i = 0; i < T::STAGES - 1; i++) load();
  Sums<T> sums;
  unsigned inside[LOADS];
#pragma unroll
  for (int i = 0; i < LOADS; i++) {
    Window one;
    one.set(g, row + sums.first + i * Sums<T>::ROWS);
    inside[i] = one.inside;
  }
  const unsigned char* from = shared;
  int r = 0, s = 0, slab = 0, away = (int)(pad - bands) + (T::A_CHUNKS == 1 ? 0 : (int)threadIdx.x % 32 / 16 * CHUNK);
#pragma unroll 1
  for (int step = 0; step < steps; step++) {
    wait_async<T::STAGES - 2>();
    __syncthreads();
    load();
    int rows[LOADS], tap = r * g.dilation_h * g.w + s * g.dilation_w + sums.first, base = slab % 2 * band_bytes;
    unsigned need = 1u << r | 0x10000u << s;
#pragma unroll
    for (int i = 0; i < LOADS; i++) {
      rows[i] = (inside[i] & need) == need ? base + Sums<T>::place(tap + i * Sums<T>::ROWS) : away;
    }
    sums.multiply(bands, rows, from, codes.counts);
    from = from == shared + (T::STAGES - 1) * T::BN * T::DEPTH ? shared : from + T::BN * T::DEPTH;
    if (++s == g.kw) {
      s = 0;
      if (++r == g.kh) r = 0, slab++;
    }
  }
  finish<T>(sums, g, codes, stage, out, row, column, windows, shared, window);
}

#define PARAMETERS                                                                                                           \
  Geometry g, Codes codes, Stage stage, float cap, float m, float z, float residual_m, const unsigned char *x,               \
      const unsigned char *w, const unsigned char *fill, const int *weight_zero, const int *correction,                      \
      const float *multiplier, const float *offset, const void *residual, void *y, int *windows
#define CONVOLVE(...)                                                                                                        \
  DYNAMIC_SHARED(unsigned char, shared);                                                                                     \
  __shared__ int window[__VA_ARGS__::BM];                                                                                    \
  convolve<__VA_ARGS__>(g, codes, stage, x, w, fill,                                                                         \
                        Output{weight_zero, correction, multiplier, offset, residual, y, cap, m, z, residual_m}, windows,    \
                        shared, window)
#define CONVOLVE_BAND(...)                                                                                                   \
  DYNAMIC_SHARED(unsigned char, shared);                                                                                     \
  __shared__ int window[__VA_ARGS__::BM];                                                                                    \
  convolve_band<__VA_ARGS__>(g, codes, stage, x, w,                                                                          \
                             Output{weight_zero, correction, multiplier, offset, residual, y, cap, m, z, residual_m},        \
                             windows, shared, window)

#ifndef LOWBIT_BENCH
KERNEL void __launch_bounds__(128, 2) codes8_128(PARAMETERS) { CONVOLVE(Tile<8, 128, 128, 64, 64, 64, 4>); }
#endif
