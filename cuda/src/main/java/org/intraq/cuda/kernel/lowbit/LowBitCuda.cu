// Convolution of low-bit codes with exact 32-bit sums and a fused output stage, on tensor cores (s8) or by dp4a. See
// package-info for the layout of codes, tiles and cost.
// arch: 75 80
#include "convshape.cuh"
#include "mma.cuh"

#define MEMBER __device__ __forceinline__
#define THREADS 256
#define ROWS 128          // pixels of a tile
#define UNIT 32           // codes that are loaded and unpacked together
#define DEPTH 64          // codes of the depth at a time: two units
#define LD 20             // words of a row in shared memory: 16 of codes, 4 that spread rows over the banks
#define EVERY 0x01010101u

// The codes of a layer. rows_units: units that a row of weights has.
struct Codes {
  int bits_x, bits_w, packed, zero, units;
};
// The output stage as OutputStage has it; mode 0 stores sums, 1 floats, 2 codes; residual 0 none, 1 floats, 2 codes.
struct Stage {
  int mode, activation, residual, residual_zero, half;
};

// Eight words of four codes each from K words of a dense stream of K-bit codes; SIGNED extends the sign.
template <int K, bool SIGNED>
DEVICE void unpack(const unsigned (&raw)[8], unsigned (&words)[8]) {
  const unsigned mask = (1u << K) - 1u, sign = 1u << (K - 1);
#pragma unroll
  for (int j = 0; j < 8; j++) {
    if (K == 8) {
      words[j] = raw[j];
      continue;
    }
    int word = 4 * K * j / 32, bit = 4 * K * j % 32;
    unsigned four = bit + 4 * K > 32 ? __funnelshift_r(raw[word], raw[(word + 1) % 8], bit) : raw[word] >> bit;
    unsigned v = (four & mask) | (four << (8 - K) & mask << 8) | (four << (2 * (8 - K)) & mask << 16) |
                 (four << (3 * (8 - K)) & mask << 24);
    // (v ^ sign) - sign in every byte; the 128 keeps each difference from borrowing.
    words[j] = SIGNED ? ((v ^ sign * EVERY) + (128u - sign) * EVERY) ^ 0x80u * EVERY : v;
  }
}
template <bool SIGNED>
DEVICE void unpack(int bits, const unsigned (&raw)[8], unsigned (&words)[8]) {
  switch (bits) {
    case 2: unpack<2, SIGNED>(raw, words); break;
    case 3: unpack<3, SIGNED>(raw, words); break;
    case 4: unpack<4, SIGNED>(raw, words); break;
    case 5: unpack<5, SIGNED>(raw, words); break;
    case 6: unpack<6, SIGNED>(raw, words); break;
    case 7: unpack<7, SIGNED>(raw, words); break;
    default: unpack<8, SIGNED>(raw, words); break;
  }
}

// Code `index` of x, one a byte or in a stream.
DEVICE unsigned code_at(const unsigned char* x, const Codes& codes, int index) {
  if (!codes.packed) return x[index];
  long long bit = (long long)index * codes.bits_x;
  const unsigned char* from = x + (bit >> 3);
  int shift = (int)(bit & 7);
  unsigned v = from[0];
  if (shift + codes.bits_x > 8) v |= (unsigned)from[1] << 8;
  return v >> shift & ((1u << codes.bits_x) - 1u);
}

// One thread's share of the pixels' codes: half a row of the tile, 32 codes of one window.
struct PixelUnit {
  int image, h, w;            // of the window's first sample; image -1 beyond the last pixel
  int r, s, c, k;             // the unit's first code in the window
  unsigned raw[8];
  int fill;                   // raw is to be this code everywhere, or -1
  bool dense, stream;         // raw holds a packed stream

  MEMBER PixelUnit(const Geometry& g, const unsigned char* x, const Codes& codes, int pixel, int first) : k(first) {
    int icg = g.ic / g.groups, line = pixel / g.ow, n = line / g.oh;
    image = pixel < g.n * g.oh * g.ow ? n * g.h * g.w : -1;
    h = (line - n * g.oh) * g.stride_h - g.pad_top;
    w = (pixel - line * g.ow) * g.stride_w - g.pad_left;
    int tap = k / icg;
    c = k - tap * icg;
    r = tap / g.kw;
    s = tap - r * g.kw;
    int align = codes.packed ? 3 : 15;
    dense = icg % UNIT == 0 && (reinterpret_cast<unsigned long long>(x) & align) == 0;
    stream = dense && codes.packed;
  }
  MEMBER void advance(const Geometry& g, int icg) {
    k += DEPTH;
    c += DEPTH;
    if (c >= icg) {
      int taps = c / icg;
      c -= taps * icg;
      s += taps;
      int rows = s / g.kw;
      s -= rows * g.kw;
      r += rows;
    }
  }
  // Index of the first code of tap (r, s), or -1 outside the image.
  MEMBER int find(const Geometry& g, int r, int s) const {
    int y = h + r * g.dilation_h, column = w + s * g.dilation_w;
    bool inside = (unsigned)y < (unsigned)g.h && (unsigned)column < (unsigned)g.w;
    return inside ? (image + y * g.w + column) * g.ic : -1;
  }
  MEMBER void fetch(const Geometry& g, const unsigned char* x, const Codes& codes, int channel, int icg) {
    fill = image < 0 || r >= g.kh ? 0 : -1;
    if (fill == 0) return;
    if (!dense) {
      single(g, x, codes, channel, icg);
      return;
    }
    int at = find(g, r, s);
    if (at < 0) {
      fill = codes.zero;
    } else if (stream) {
      const unsigned* from = reinterpret_cast<const unsigned*>(x) + (long long)(at + channel + c) / UNIT * codes.bits_x;
#pragma unroll
      for (int i = 0; i < 8; i++) raw[i] = i < codes.bits_x ? from[i] : 0u;
    } else {
      const uint4* from = reinterpret_cast<const uint4*>(x + at + channel + c);
      uint4 low = from[0], high = from[1];
      raw[0] = low.x, raw[1] = low.y, raw[2] = low.z, raw[3] = low.w;
      raw[4] = high.x, raw[5] = high.y, raw[6] = high.z, raw[7] = high.w;
    }
  }
  // Code by code, for channels that units do not fit.
  MEMBER void single(const Geometry& g, const unsigned char* x, const Codes& codes, int channel, int icg) {
    int row = r, column = s, ch = c, at = find(g, r, s);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      unsigned word = 0;
#pragma unroll 1
      for (int i = 0; i < 4; i++) {
        unsigned code = row >= g.kh ? 0u : at < 0 ? (unsigned)codes.zero : code_at(x, codes, at + channel + ch);
        word |= code << 8 * i;
        if (++ch == icg) {
          ch = 0;
          if (++column == g.kw) {
            column = 0;
            row++;
          }
          at = find(g, row, column);
        }
      }
      raw[j] = word;
    }
  }
  // Stores the unit, as signed bytes, and adds its codes to the window's sum.
  MEMBER void put(unsigned* row, const Codes& codes, int& sum) const {
    unsigned words[8];
    if (stream && fill < 0) {
      unpack<false>(codes.bits_x, raw, words);
    } else {
#pragma unroll
      for (int i = 0; i < 8; i++) words[i] = fill < 0 ? raw[i] : (unsigned)fill * EVERY;
    }
    unsigned flip = codes.bits_x == 8 ? 0x80808080u : 0u, total = 0;
#pragma unroll
    for (int i = 0; i < 8; i++) total = __dp4a(words[i], EVERY, total);
    sum += (int)total;
    uint4* to = reinterpret_cast<uint4*>(row);
    to[0] = make_uint4(words[0] ^ flip, words[1] ^ flip, words[2] ^ flip, words[3] ^ flip);
    to[1] = make_uint4(words[4] ^ flip, words[5] ^ flip, words[6] ^ flip, words[7] ^ flip);
  }
};

// One thread's share of the weights: 32 codes of one output channel.
struct WeightUnit {
  const unsigned* from;  // null beyond the last channel
  int unit;
  unsigned raw[8];

  MEMBER void fetch(const Codes& codes) {
    bool inside = from != nullptr && unit < codes.units;
#pragma unroll
    for (int i = 0; i < 8; i++) raw[i] = inside && i < codes.bits_w ? from[unit * codes.bits_w + i] : 0u;
  }
  MEMBER void put(unsigned* row, const Codes& codes) const {
    unsigned words[8];
    unpack<true>(codes.bits_w, raw, words);
    uint4* to = reinterpret_cast<uint4*>(row);
    to[0] = make_uint4(words[0], words[1], words[2], words[3]);
    to[1] = make_uint4(words[4], words[5], words[6], words[7]);
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

  MEMBER void store(const Stage& stage, int sum, int window, int o, int at) const {
    int corrected = (int)((unsigned)sum - (unsigned)weight_zero[o] * (unsigned)window + (unsigned)correction[o]);
    if (stage.mode == 0) {
      static_cast<int*>(y)[at] = corrected;
      return;
    }
    float value = __fmaf_rn(__int2float_rn(corrected), multiplier[o], offset[o]);
    if (stage.residual == 1) {
      value = __fadd_rn(value, static_cast<const float*>(residual)[at]);
    } else if (stage.residual == 2) {
      int code = static_cast<const unsigned char*>(residual)[at];
      value = __fadd_rn(value, __fdiv_rn(__int2float_rn(code - stage.residual_zero), residual_m));
    }
    if (stage.activation) value = value < 0.0f ? 0.0f : value > cap ? cap : value;
    if (stage.mode == 1) {
      static_cast<float*>(y)[at] = value;
      return;
    }
    float shifted = __fsub_rn(__fmul_rn(m, value), z), high = __int2float_rn(stage.half - 1);
    float clamped = shifted > high ? high : shifted >= -__int2float_rn(stage.half) ? shifted : -__int2float_rn(stage.half);
    static_cast<unsigned char*>(y)[at] = (unsigned char)(__float2int_rn(clamped) + stage.half);
  }
};

// Sums of a tile of ROWS pixels x BN channels, by tensor cores: a warp owns WM x 32.
template <int BN>
struct TensorSums {
  static constexpr int ACROSS = BN / 32, WM = ROWS / (8 / ACROSS);
  int d[WM / 16][4][4];
  int row, column, group, t;

  MEMBER TensorSums() {
    int warp = threadIdx.x / 32, lane = threadIdx.x % 32;
    row = warp / ACROSS * WM;
    column = warp % ACROSS * 32;
    group = lane / 4;
    t = lane % 4;
#pragma unroll
    for (int i = 0; i < WM / 16; i++) {
#pragma unroll
      for (int j = 0; j < 4; j++) {
#pragma unroll
        for (int k = 0; k < 4; k++) d[i][j][k] = 0;
      }
    }
  }
  MEMBER void multiply(const unsigned* a, const unsigned* b) {
#pragma unroll
    for (int step = 0; step < 2; step++) {
      unsigned x[WM / 16][4], y[4][2];
#pragma unroll
      for (int i = 0; i < WM / 16; i++) {
        const unsigned* from = a + (row + 16 * i + group) * LD + 8 * step + t;
        x[i][0] = from[0];
        x[i][1] = from[8 * LD];
        x[i][2] = from[4];
        x[i][3] = from[8 * LD + 4];
      }
#pragma unroll
      for (int j = 0; j < 4; j++) {
        const unsigned* from = b + (column + 8 * j + group) * LD + 8 * step + t;
        y[j][0] = from[0];
        y[j][1] = from[4];
      }
#pragma unroll
      for (int i = 0; i < WM / 16; i++) {
#pragma unroll
        for (int j = 0; j < 4; j++) mma_s8(d[i][j], x[i], y[j]);
      }
    }
  }
  template <class Store>
  MEMBER void drain(const Store& store) const {
#pragma unroll
    for (int i = 0; i < WM / 16; i++) {
#pragma unroll
      for (int j = 0; j < 4; j++) {
#pragma unroll
        for (int k = 0; k < 4; k++) store(row + 16 * i + group + k / 2 * 8, column + 8 * j + 2 * t + k % 2, d[i][j][k]);
      }
    }
  }
};

// The same by dp4a: a thread owns every 16th row and column of the tile.
template <int BN>
struct PlainSums {
  int d[ROWS / 16][BN / 16];

  MEMBER PlainSums() {
#pragma unroll
    for (int i = 0; i < ROWS / 16; i++) {
#pragma unroll
      for (int j = 0; j < BN / 16; j++) d[i][j] = 0;
    }
  }
  MEMBER void multiply(const unsigned* a, const unsigned* b) {
    int down = threadIdx.x / 16, across = threadIdx.x % 16;
#pragma unroll 4
    for (int k = 0; k < DEPTH / 4; k++) {
      int y[BN / 16];
#pragma unroll
      for (int j = 0; j < BN / 16; j++) y[j] = (int)b[(across + 16 * j) * LD + k];
#pragma unroll
      for (int i = 0; i < ROWS / 16; i++) {
        int x = (int)a[(down + 16 * i) * LD + k];
#pragma unroll
        for (int j = 0; j < BN / 16; j++) d[i][j] = __dp4a(x, y[j], d[i][j]);
      }
    }
  }
  template <class Store>
  MEMBER void drain(const Store& store) const {
#pragma unroll
    for (int i = 0; i < ROWS / 16; i++) {
#pragma unroll
      for (int j = 0; j < BN / 16; j++) store((int)threadIdx.x / 16 + 16 * i, (int)threadIdx.x % 16 + 16 * j, d[i][j]);
    }
  }
};

// One tile; blockIdx.z is the group. windows, if it is not null, receives the windows' sums [pixel, group].
template <class Sums, int BN>
DEVICE void convolve(const Geometry& g, const Codes& codes, const Stage& stage, const unsigned char* x, const unsigned* w,
                     const Output& out, int* windows, unsigned* shared, int* window) {
  const int words = (ROWS + BN) * LD;
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, group = blockIdx.z, across = (ocg + BN - 1) / BN, t = threadIdx.x;
  int row = blockIdx.x / across * ROWS, column = blockIdx.x % across * BN, pixels = g.n * g.oh * g.ow;
  int steps = (g.kh * g.kw * icg + DEPTH - 1) / DEPTH, sum = 0, channel = group * icg;
  PixelUnit a(g, x, codes, row + t / 2, t % 2 * UNIT);
  bool carries = t < 2 * BN, inside = carries && column + t / 2 < ocg;
  WeightUnit b;
  b.from = inside ? w + (long long)(group * ocg + column + t / 2) * codes.units * codes.bits_w : nullptr;
  b.unit = t % 2;
  unsigned* to = shared + t / 2 * LD + t % 2 * 8;
  Sums sums;
  a.fetch(g, x, codes, channel, icg);
  b.fetch(codes);
  a.put(to, codes, sum);
  if (carries) b.put(to + ROWS * LD, codes);
  __syncthreads();
  int buffer = 0;
  while (--steps > 0) {
    a.advance(g, icg);
    b.unit += 2;
    a.fetch(g, x, codes, channel, icg);
    b.fetch(codes);
    sums.multiply(shared + buffer, shared + buffer + ROWS * LD);
    buffer = words - buffer;
    a.put(to + buffer, codes, sum);
    if (carries) b.put(to + buffer + ROWS * LD, codes);
    __syncthreads();
  }
  sums.multiply(shared + buffer, shared + buffer + ROWS * LD);
  sum += __shfl_xor_sync(0xffffffffu, sum, 1);
  if (t % 2 == 0) {
    window[t / 2] = sum;
    if (windows != nullptr && column == 0 && row + t / 2 < pixels) windows[(row + t / 2) * g.groups + group] = sum;
  }
  __syncthreads();
  sums.drain([&](int i, int j, int value) {
    if (row + i >= pixels || column + j >= ocg) return;
    int o = group * ocg + column + j;
    out.store(stage, value, window[i], o, (row + i) * g.oc + o);
  });
}

#define PARAMETERS                                                                                                        \
  Geometry g, Codes codes, Stage stage, float cap, float m, float z, float residual_m, const unsigned char *x,            \
      const unsigned *w, const int *weight_zero, const int *correction, const float *multiplier, const float *offset,     \
      const void *residual, void *y, int *windows
#define OUTPUT Output{weight_zero, correction, multiplier, offset, residual, y, cap, m, z, residual_m}
#define CONVOLVE(SUMS, BN)                                            \
  __align__(16) __shared__ unsigned shared[2 * (ROWS + BN) * LD];     \
  __shared__ int window[ROWS];                                        \
  convolve<SUMS<BN>, BN>(g, codes, stage, x, w, OUTPUT, windows, shared, window)

KERNEL void __launch_bounds__(256, 2) tensor_128(PARAMETERS) { CONVOLVE(TensorSums, 128); }
KERNEL void __launch_bounds__(256, 3) tensor_32(PARAMETERS) { CONVOLVE(TensorSums, 32); }
KERNEL void __launch_bounds__(256, 2) plain_128(PARAMETERS) { CONVOLVE(PlainSums, 128); }
KERNEL void __launch_bounds__(256, 3) plain_32(PARAMETERS) { CONVOLVE(PlainSums, 32); }

// Depthwise and other narrow groups: a thread makes one result, neighbours take neighbouring channels.
KERNEL void __launch_bounds__(256) narrow(PARAMETERS) {
  int icg = g.ic / g.groups, ocg = g.oc / g.groups;
  unsigned mask = (1u << codes.bits_w) - 1u;
  int sign = 1 << (codes.bits_w - 1), flip = codes.bits_x == 8 ? 128 : 0;
  for (long long i = thread_index(); i < (long long)g.n * g.oh * g.ow * g.oc; i += thread_count()) {
    int at = (int)i, pixel = at / g.oc, o = at - pixel * g.oc, line = pixel / g.ow, n = line / g.oh;
    int top = (line - n * g.oh) * g.stride_h - g.pad_top, left = (pixel - line * g.ow) * g.stride_w - g.pad_left;
    const unsigned* row = w + (long long)o * codes.units * codes.bits_w;
    int sum = 0, window = 0, k = 0;
    for (int r = 0; r < g.kh; r++) {
      int h = top + r * g.dilation_h;
      for (int s = 0; s < g.kw; s++) {
        int column = left + s * g.dilation_w;
        bool inside = h >= 0 && h < g.h && column >= 0 && column < g.w;
        int from = ((n * g.h + h) * g.w + column) * g.ic + o / ocg * icg;
        for (int c = 0; c < icg; c++, k++) {
          int code = inside ? (int)code_at(x, codes, from + c) : codes.zero;
          int bit = k * codes.bits_w, shift = bit % 32;
          unsigned q = row[bit / 32] >> shift;
          if (shift + codes.bits_w > 32) q |= row[bit / 32 + 1] << (32 - shift);
          sum += (code - flip) * (((int)(q & mask) ^ sign) - sign);
          window += code;
        }
      }
    }
    if (windows != nullptr && o % ocg == 0) windows[pixel * g.groups + o / ocg] = window;
    Output out = OUTPUT;
    out.store(stage, sum, window, o, at);
  }
}
