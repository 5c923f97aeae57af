// What follows a low-bit convolution's sums, with the arithmetic of OutputStage: zero points, scale, residual, activation,
// codes. Fragments of tensor cores pass through shared memory, so that a lane stores four neighbouring channels.
#pragma once
#include "intraq.cuh"

#ifndef MEMBER
#define MEMBER __device__ __forceinline__
#endif

// Mode 0 stores sums, 1 floats, 2 codes; residual 0 none, 1 floats, 2 codes; vector: four channels are stored together.
struct Stage {
  int mode, activation, residual, residual_zero, half, vector;
};
// What is read and written; arrays of a channel each, and results [pixel, oc].
struct Output {
  const int* weight_zero;
  const int* correction;
  const float* multiplier;
  const float* offset;
  const void* residual;
  void* y;
  float cap, m, z, residual_m;
};
#define STAGE_PARAMETERS                                                                                                \
  Stage stage, float cap, float m, float z, float residual_m, const int *weight_zero, const int *correction,            \
      const float *multiplier, const float *offset, const void *residual, void *y
#define OUTPUT Output{weight_zero, correction, multiplier, offset, residual, y, cap, m, z, residual_m}

// The numbers of `count` (four if there are as many) channels.
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

// What is added to `count` (at most four) results from index `at` on.
DEVICE void residual_values(const Output& out, const Stage& stage, int at, int count, float (&added)[4]) {
  added[0] = added[1] = added[2] = added[3] = 0.0f;
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
}

// Stores the results of `count` (at most four) channels of one pixel at index `at`; window: the sum of the pixel's codes.
DEVICE void store(const Output& out, const Stage& stage, const Channels& channels, int4 sums, int window, int at, int count) {
  int v[4] = {sums.x, sums.y, sums.z, sums.w};
#pragma unroll
  for (int e = 0; e < 4; e++) v[e] = (int)((unsigned)v[e] - (unsigned)channels.zero[e] * (unsigned)window + (unsigned)channels.correction[e]);
  if (stage.mode != 0) {
    float added[4];
    residual_values(out, stage, at, count, added);
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

// A warp's part of shared memory, rows of COLUMNS sums: those of a fragment fall into different banks.
template <int COLUMNS>
DEVICE void put_sums(int* mine, int row, int column, int first, int second) {
  *reinterpret_cast<int2*>(mine + row * COLUMNS + (column ^ row % 4 * 8)) = make_int2(first, second);
}
// Stores `rows` rows of it, whose first column is channel o of results [pixel, oc]; `count` channels are left from there on.
// pixel(row) is negative where there is none.
template <int COLUMNS, class Pixel, class Window>
DEVICE void store_rows(const int* mine, int rows, const Output& out, const Stage& stage, int oc, int o, int count,
                       const Pixel& pixel, const Window& window) {
  constexpr int LANES = COLUMNS / 4 < 32 ? COLUMNS / 4 : 32, STEP = 32 / LANES;
  int lane = threadIdx.x % 32;
#pragma unroll 1
  for (int left = lane % LANES * 4; left < COLUMNS && left < count; left += 4 * LANES) {
    Channels channels(out, o + left, count - left);
#pragma unroll 2
    for (int i = lane / LANES; i < rows; i += STEP) {
      int4 four = *reinterpret_cast<const int4*>(mine + i * COLUMNS + (left ^ i % 4 * 8));
      int at = pixel(i);
      if (at >= 0) store(out, stage, channels, four, window(i), at * oc + o + left, count - left);
    }
  }
}
