// Convolution of low-bit codes with exact 32-bit sums on tensor cores and a fused output stage. See package-info for the
// order of codes, tiles and cost.
// arch: 75 80
#include "convshape.cuh"
#include "outputstage.cuh"
#include "pipeline.cuh"

#define EVERY 0x01010101u
#define CHUNK 16          // codes that are copied at a time
#define DEPTH 64          // codes of a stage: four chunks
#define CHUNKS 4
#define STAGES 3
#define PASS 32           // rows of a warp's sums that go through shared memory together

// The codes of a layer, their order in K (slabs of `inner` channels outermost, then taps, then the slab's channels), the bytes
// of a row of weights and the bits of an activation. dense: chunks of x lie within a tap and are aligned. counts: sums of
// windows are wanted.
struct Codes {
  int zero, inner, row_bytes, dense, counts, bits;
};

// A block's tile of BM pixels x BN channels and a warp's of WM x WN.
template <int BM_, int BN_, int WM_, int WN_>
struct Tile {
  static constexpr int BM = BM_, BN = BN_, WM = WM_, WN = WN_;
  static constexpr int ACROSS = BN / WN, WARPS = BM / WM * ACROSS, THREADS = 32 * WARPS;
  static constexpr int A_BYTES = BM * DEPTH, STAGE_BYTES = A_BYTES + BN * DEPTH;
  static constexpr int DOWN = WM / 16, RIGHT = WN / 8;  // fragments of a warp
  static_assert(WARPS * PASS * WN * 4 <= STAGES * STAGE_BYTES, "the sums of a pass fit");
};

// Where chunk `chunk` of a row lies, in chunks: eight rows' chunks of the same index fall into different banks.
DEVICE int slot(int row, int chunk) { return row * CHUNKS + (chunk ^ (row / 2 & 3)); }

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
  static constexpr int STEP = T::THREADS / CHUNKS, COUNT = T::BM / STEP;  // rows from one chunk to the thread's next
  Window windows[COUNT];
  Position at;
  int first, offset;

  MEMBER PixelLoader(const Geometry& g, const Codes& codes, int row)
      : at((int)threadIdx.x % CHUNKS * CHUNK), first(row + (int)threadIdx.x / CHUNKS) {
    offset = slot((int)threadIdx.x / CHUNKS, (int)threadIdx.x % CHUNKS) * CHUNK;
#pragma unroll
    for (int i = 0; i < COUNT; i++) windows[i].set(g, first + i * STEP);
    at.wrap(g, codes.inner);
  }
  // fill: a chunk of the code that pads, then one of zeros.
  MEMBER void load(const Geometry& g, const Codes& codes, const unsigned char* x, const unsigned char* fill, int channel,
                   unsigned char* to) {
    int icg = g.ic / g.groups;
    if (!codes.dense) {
#pragma unroll
      for (int i = 0; i < COUNT; i++) gather(g, codes, x, first + i * STEP, channel, icg, to + offset + i * STEP * DEPTH);
    } else {
      bool beyond = at.slab >= icg;
      unsigned need = beyond ? ~0u : 1u << at.r | 0x10000u << at.s;
      int tap = (at.r * g.dilation_h * g.w + at.s * g.dilation_w) * g.ic + channel + at.slab + at.c;
      const unsigned char* other = beyond ? fill + CHUNK : fill;
#pragma unroll
      for (int i = 0; i < COUNT; i++)
        copy_async(to + offset + i * STEP * DEPTH, (windows[i].inside & need) == need ? x + (windows[i].base + tap) : other);
    }
    at.c += DEPTH;
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
      to[i] = p.slab >= icg ? 0 : inside ? x[((n * g.h + y) * g.w + column) * g.ic + channel + p.slab + p.c] : codes.zero;
      p.c++;
      p.wrap(g, codes.inner);
    }
  }
};

// Copies a thread's chunks of the weights; rows beyond the last channel hold other weights or zeros.
template <class T>
struct WeightLoader {
  static constexpr int STEP = T::THREADS / CHUNKS, COUNT = T::BN / STEP;
  const unsigned char* from;
  int offset;

  MEMBER WeightLoader(const unsigned char* w, int row_bytes) {
    int row = threadIdx.x / CHUNKS, chunk = threadIdx.x % CHUNKS;
    from = w + (long long)row * row_bytes + chunk * CHUNK;
    offset = slot(row, chunk) * CHUNK;
  }
  MEMBER void load(int row_bytes, unsigned char* to) {
#pragma unroll
    for (int i = 0; i < COUNT; i++) copy_async(to + offset + i * STEP * DEPTH, from + (long long)i * STEP * row_bytes);
    from += DEPTH;
  }
};

// The sums of a warp.
template <class T>
struct Sums {
  int d[T::DOWN][T::RIGHT][4];
  int window[T::DOWN][2];  // sums of rows' codes; a warp keeps every ACROSS-th
  int a, a_turn, b, b_turn;  // where the lane's first row of an operand lies and what the chunk's index is combined with

  MEMBER Sums() {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    int home = slot(warp / T::ACROSS * T::WM + lane % 16, lane / 16);
    a = home / CHUNKS * DEPTH;
    a_turn = home % CHUNKS * CHUNK;
    home = slot(warp % T::ACROSS * T::WN + lane % 8 + lane / 16 * 8, lane / 8 % 2);
    b = home / CHUNKS * DEPTH;
    b_turn = home % CHUNKS * CHUNK;
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
  MEMBER void multiply(const unsigned char* x, const unsigned char* w, bool counts) {
    int share = threadIdx.x / 32 % T::ACROSS;
#pragma unroll
    for (int step = 0; step < DEPTH / 32; step++) {
      unsigned fb[T::RIGHT][2];
#pragma unroll
      for (int j = 0; j < T::RIGHT; j += 2) {
        unsigned two[4];
        load_matrices(two, w + b + (b_turn ^ step * 2 * CHUNK) + j * 8 * DEPTH);
        fb[j][0] = two[0], fb[j][1] = two[1], fb[j + 1][0] = two[2], fb[j + 1][1] = two[3];
      }
#pragma unroll
      for (int i = 0; i < T::DOWN; i++) {
        unsigned fa[4];
        load_matrices(fa, x + a + (a_turn ^ step * 2 * CHUNK) + i * 16 * DEPTH);
        if (counts && i % T::ACROSS == share) {
#pragma unroll
          for (int k = 0; k < 4; k++) window[i][k % 2] = (int)__dp4a(fa[k], EVERY, (unsigned)window[i][k % 2]);
        }
#pragma unroll
        for (int j = 0; j < T::RIGHT; j++) mma_u8s8(d[i][j], fa, fb[j]);
      }
    }
  }
  // Adds the lanes' parts of the windows' sums and leaves them in shared memory and, if it is not null, in `windows`.
  MEMBER void count(const Geometry& g, int row, int* windows, int* shared) const {
    int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
#pragma unroll
    for (int i = 0; i < T::DOWN; i++) {
#pragma unroll
      for (int k = 0; k < 2; k++) {
        int sum = window[i][k];
        sum += __shfl_xor_sync(0xffffffffu, sum, 1);
        sum += __shfl_xor_sync(0xffffffffu, sum, 2);
        int at = warp / T::ACROSS * T::WM + 16 * i + 8 * k + lane / 4;
        if (i % T::ACROSS != warp % T::ACROSS || lane % 4 != 0) continue;
        shared[at] = sum;
        if (windows != nullptr && row + at < g.n * g.oh * g.ow) windows[(row + at) * g.groups + blockIdx.z] = sum;
      }
    }
  }
};

// A warp's sums go through its part of shared memory, PASS rows at a time.
template <class T>
DEVICE void drain(const Sums<T>& sums, const Geometry& g, const Stage& stage, const Output& out, int row, int column,
                  const int* window, unsigned char* shared) {
  int warp = threadIdx.x / 32, group = threadIdx.x % 32 / 4, t = threadIdx.x % 4, ocg = g.oc / g.groups;
  int* mine = reinterpret_cast<int*>(shared) + warp * PASS * T::WN;
  int pixels = g.n * g.oh * g.ow, left = column + warp % T::ACROSS * T::WN;
#pragma unroll
  for (int pass = 0; pass < T::WM / PASS; pass++) {
    int top = warp / T::ACROSS * T::WM + pass * PASS;
    __syncwarp();
#pragma unroll
    for (int i = 0; i < PASS / 16; i++) {
#pragma unroll
      for (int j = 0; j < T::RIGHT; j++) {
        const int(&d)[4] = sums.d[pass * (PASS / 16) + i][j];
        put_sums<T::WN>(mine, 16 * i + group, 8 * j + 2 * t, d[0], d[1]);
        put_sums<T::WN>(mine, 16 * i + group + 8, 8 * j + 2 * t, d[2], d[3]);
      }
    }
    __syncwarp();
    store_rows<T::WN>(
        mine, PASS, out, stage, g.oc, blockIdx.z * ocg + left, ocg - left,
        [&](int i) { return row + top + i < pixels ? row + top + i : -1; }, [&](int i) { return window[top + i]; });
  }
}

// One tile; blockIdx.z is the group. Before w lie the two chunks for places outside. windows, if it is not null, receives the windows' sums [pixel, group].
template <class T>
DEVICE void convolve(const Geometry& g, const Codes& codes, const Stage& stage, const unsigned char* x, const unsigned char* w,
                     const Output& out, int* windows) {
  DYNAMIC_SHARED(unsigned char, shared);
  __shared__ int window[T::BM];
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, group = blockIdx.z, across = (ocg + T::BN - 1) / T::BN;
  int row = blockIdx.x / across * T::BM, column = blockIdx.x % across * T::BN;
  PixelLoader<T> a(g, codes, row);
  WeightLoader<T> b(w + (long long)(group * ocg + column) * codes.row_bytes, codes.row_bytes);
  int loaded = 0, steps = codes.row_bytes / DEPTH;
  unsigned char* to = shared;
  auto load = [&]() {
    if (loaded < steps) {
      a.load(g, codes, x, w - 2 * CHUNK, group * icg, to);
      b.load(codes.row_bytes, to + T::A_BYTES);
    }
    commit_async();
    loaded++;
    to = to == shared + (STAGES - 1) * T::STAGE_BYTES ? shared : to + T::STAGE_BYTES;
  };
#pragma unroll 1
  for (int i = 0; i < STAGES - 1; i++) load();
  Sums<T> sums;
  const unsigned char* from = shared;
#pragma unroll 1
  for (int step = 0; step < steps; step++) {
    wait_async<STAGES - 2>();
    __syncthreads();
    load();
    sums.multiply(from, from + T::A_BYTES, codes.counts);
    from = from == shared + (STAGES - 1) * T::STAGE_BYTES ? shared : from + T::STAGE_BYTES;
  }
  if (codes.counts) {
    sums.count(g, row, column == 0 ? windows : nullptr, window);
  } else {
    for (int i = threadIdx.x; i < T::BM; i += T::THREADS) window[i] = 0;
  }
  __syncthreads();
  drain<T>(sums, g, stage, out, row, column, window, shared);
}

#define PARAMETERS                                                                                                      \
  Geometry g, Codes codes, const unsigned char *x, const unsigned char *w, int *windows, STAGE_PARAMETERS
#define CONVOLVE(...) convolve<Tile<__VA_ARGS__>>(g, codes, stage, x, w, OUTPUT, windows)

// Copies at once take more registers than asynchronous ones.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
#define RESIDENT 1
#else
#define RESIDENT 2
#endif
KERNEL void __launch_bounds__(256, RESIDENT) codes_128(PARAMETERS) { CONVOLVE(128, 128, 64, 32); }
KERNEL void __launch_bounds__(128, 3) codes_64(PARAMETERS) { CONVOLVE(128, 64, 32, 64); }
KERNEL void __launch_bounds__(128, 4) codes_32(PARAMETERS) { CONVOLVE(128, 32, 32, 32); }

// Code `index` of a stream of `bits` bits.
DEVICE unsigned code_at(const unsigned char* x, int bits, int index) {
  long long bit = (long long)index * bits;
  const unsigned char* from = x + (bit >> 3);
  int shift = (int)(bit & 7);
  unsigned v = from[0];
  if (shift + bits > 8) v |= (unsigned)from[1] << 8;
  return v >> shift & ((1u << bits) - 1u);
}

// Depthwise and other narrow groups: a thread makes one result, neighbours take neighbouring channels.
KERNEL void __launch_bounds__(256, 4) narrow(PARAMETERS) {
  int icg = g.ic / g.groups, ocg = g.oc / g.groups;
  Output out = OUTPUT;
  for (long long i = thread_index(); i < (long long)g.n * g.oh * g.ow * g.oc; i += thread_count()) {
    int at = (int)i, pixel = at / g.oc, o = at - pixel * g.oc, line = pixel / g.ow, n = line / g.oh;
    int top = (line - n * g.oh) * g.stride_h - g.pad_top, left = (pixel - line * g.ow) * g.stride_w - g.pad_left;
    const signed char* row = reinterpret_cast<const signed char*>(w) + (long long)o * codes.row_bytes;
    int sum = 0, window = 0;
    for (int r = 0; r < g.kh; r++) {
      int h = top + r * g.dilation_h;
      for (int s = 0; s < g.kw; s++) {
        int column = left + s * g.dilation_w;
        bool inside = h >= 0 && h < g.h && column >= 0 && column < g.w;
        int from = ((n * g.h + h) * g.w + column) * g.ic + o / ocg * icg;
        for (int c = 0; c < icg; c++) {
          int code = inside ? (int)code_at(x, codes.bits, from + c) : codes.zero;
          sum += code * *row++;
          window += code;
        }
      }
    }
    if (windows != nullptr && o % ocg == 0) windows[pixel * g.groups + o / ocg] = window;
    store(out, stage, Channels(out, o, 1), make_int4(sum, 0, 0, 0), window, at, 1);
  }
}

// 16 codes of BITS bits, one a byte.
template <int BITS>
DEVICE uint4 unpack(const unsigned char* from) {
  unsigned raw[BITS / 2 + 2], words[4];
  raw[BITS / 2] = raw[BITS / 2 + 1] = 0;
#pragma unroll
  for (int i = 0; i < BITS / 2; i++) {
    // An odd width leaves only two bytes aligned.
    if (BITS % 2 == 0) raw[i] = reinterpret_cast<const unsigned*>(from)[i];
    else raw[i] = reinterpret_cast<const unsigned short*>(from)[2 * i] | (unsigned)reinterpret_cast<const unsigned short*>(from)[2 * i + 1] << 16;
  }
  if (BITS % 2 == 1) raw[BITS / 2] = reinterpret_cast<const unsigned short*>(from)[BITS - 1];
#pragma unroll
  for (int j = 0; j < 4; j++) {
    unsigned v = __funnelshift_r(raw[4 * BITS * j / 32], raw[4 * BITS * j / 32 + 1], 4 * BITS * j % 32);
    constexpr unsigned PAIR = (1u << 2 * BITS) - 1u, ONE = (1u << BITS) - 1u;
    v = (v & PAIR) | (v >> 2 * BITS & PAIR) << 16;
    words[j] = (v & ONE * 0x00010001u) | (v >> BITS & ONE * 0x00010001u) << 8;
  }
  return make_uint4(words[0], words[1], words[2], words[3]);
}

// y = the n codes of a stream, one a byte, those of 8 bits less 128 if `flip` is 128; a thread makes 16. aligned: x is a
// multiple of 16.
KERNEL void __launch_bounds__(256) spread(int n, int bits, int flip, int aligned, const unsigned char* x, unsigned char* y) {
  for (long long i = thread_index(); i < (n + 15) / 16; i += thread_count()) {
    const unsigned char* from = x + 2 * bits * i;
    uint4* to = reinterpret_cast<uint4*>(y) + i;
    if (!aligned || 16 * i + 16 > n) {
      for (int k = (int)(16 * i); k < n && k < 16 * i + 16; k++) y[k] = (unsigned char)(code_at(x, bits, k) ^ flip);
      continue;
    }
    switch (bits) {
      case 2: *to = unpack<2>(from); break;
      case 3: *to = unpack<3>(from); break;
      case 4: *to = unpack<4>(from); break;
      case 5: *to = unpack<5>(from); break;
      case 6: *to = unpack<6>(from); break;
      case 7: *to = unpack<7>(from); break;
      default: {
        uint4 v = *reinterpret_cast<const uint4*>(from);
        unsigned all = flip * EVERY;
        *to = make_uint4(v.x ^ all, v.y ^ all, v.z ^ all, v.w ^ all);
      }
    }
  }
}
