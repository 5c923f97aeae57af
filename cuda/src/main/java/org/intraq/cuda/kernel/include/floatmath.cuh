// FloatMath of the CPU (org.intraq.tensor.kernel.elementary), operation by operation: the same bits.
#pragma once
#include "intraq.cuh"

DEVICE float float_power_of_two(int exponent) { return __int_as_float((exponent + 127) << 23); }

// e^x within 1.01 ulp.
DEVICE float float_exp(float x) {
  if (x != x) return x;
  float bounded = fminf(fmaxf(x, -104.0f), 89.0f);
  float shifted = __fmaf_rn(bounded, 0x1.715476p0f, 0x1.8p23f);
  float n = __fadd_rn(shifted, -0x1.8p23f);
  float r = __fmaf_rn(n, 0x1.05c61p-29f, __fmaf_rn(n, -0x1.62e43p-1f, bounded));
  float p = __fmaf_rn(0x1.6a23dp-10f, r, 0x1.123a2p-7f);
  p = __fmaf_rn(p, r, 0x1.5558f2p-5f);
  p = __fmaf_rn(p, r, 0x1.555492p-3f);
  p = __fmaf_rn(p, r, 0x1.fffffcp-2f);
  float e = __fadd_rn(__fmaf_rn(__fmul_rn(r, r), p, r), 1.0f);
  int exponent = __float_as_int(shifted) - 0x4b400000;
  int half = exponent >> 1;
  return __fmul_rn(__fmul_rn(e, float_power_of_two(half)), float_power_of_two(exponent - half));
}

// log(n 2^-24), 1 <= n <= 2^24, within 0.87 ulp.
DEVICE float float_log_fraction(int n) {
  int shifted = __float_as_int((float)n) - 0x3f3504f3;
  float k = (float)((shifted >> 23) - 24);
  float f = __fadd_rn(__int_as_float((shifted & 0x7fffff) + 0x3f3504f3), -1.0f);
  float p = __fmaf_rn(-0x1.38b598p-4f, f, 0x1.055b8p-3f);
  p = __fmaf_rn(p, f, -0x1.0d8548p-3f);
  p = __fmaf_rn(p, f, 0x1.22da1ap-3f);
  p = __fmaf_rn(p, f, -0x1.547244p-3f);
  p = __fmaf_rn(p, f, 0x1.99a008p-3f);
  p = __fmaf_rn(p, f, -0x1.000226p-2f);
  p = __fmaf_rn(p, f, 0x1.555554p-2f);
  float square = __fmul_rn(f, f);
  float tail = __fmaf_rn(__fmul_rn(f, square), p, __fmul_rn(-0.5f, square));
  return __fmaf_rn(k, 0x1.62e43p-1f, __fadd_rn(f, __fmaf_rn(k, -0x1.05c61p-29f, tail)));
}

// sin(2 pi t 2^-24); only the low 24 bits of t count.
DEVICE float float_sin_turn(int t) {
  int turned = (int)((unsigned)t << 8) >> 8;
  int folded = turned > 1 << 22 ? (1 << 23) - turned : turned < -(1 << 22) ? -(1 << 23) - turned : turned;
  float y = __fmul_rn((float)folded, 0x1p-22f);
  float square = __fmul_rn(y, y);
  float p = __fmaf_rn(0x1.3daff6p-13f, square, -0x1.324ccap-8f);
  p = __fmaf_rn(p, square, 0x1.4668bp-4f);
  p = __fmaf_rn(p, square, -0x1.4abbc2p-1f);
  return __fmaf_rn(y, __fmaf_rn(p, square, 0x1.243f6ap-1f), y);
}
