// Philox numbers, one block of four elements a thread: the same bits as on the CPU.
#include "floatmath.cuh"
#include "philox.cuh"

DEVICE void store(int n, long long i, const float (&v)[4], float* y) {
  for (int k = 0; k < 4; k++) {
    if (i + k < n) y[i + k] = v[k];
  }
}

DEVICE float unit(unsigned word) { return __fmul_rn((float)(word >> 8), 0x1p-24f); }

// largest is the float below high, or low where both are the same.
KERNEL void uniform(int n, long long key, long long counter, float low, float width, float largest, float* y) {
  for (long long j = thread_index(); 4 * j < n; j += thread_count()) {
    uint4 w = philox_block((unsigned long long)key, (unsigned long long)counter + (unsigned long long)j);
    float v[4] = {java_min(__fmaf_rn(unit(w.x), width, low), largest), java_min(__fmaf_rn(unit(w.y), width, low), largest),
                  java_min(__fmaf_rn(unit(w.z), width, low), largest), java_min(__fmaf_rn(unit(w.w), width, low), largest)};
    store(n, 4 * j, v, y);
  }
}

DEVICE float radius(unsigned word) { return __fsqrt_rn(__fmul_rn(-2.0f, float_log_fraction((int)(word >> 8) + 1))); }

// Box-Muller on word pairs: cosine, a quarter turn ahead of the sine, for even elements, sine for odd ones.
KERNEL void normal(int n, long long key, long long counter, float mean, float deviation, float* y) {
  for (long long j = thread_index(); 4 * j < n; j += thread_count()) {
    uint4 w = philox_block((unsigned long long)key, (unsigned long long)counter + (unsigned long long)j);
    float r0 = radius(w.x), r1 = radius(w.z);
    int t0 = (int)(w.y >> 8), t1 = (int)(w.w >> 8);
    float v[4] = {__fmaf_rn(__fmul_rn(r0, float_sin_turn(t0 + (1 << 22))), deviation, mean),
                  __fmaf_rn(__fmul_rn(r0, float_sin_turn(t0)), deviation, mean),
                  __fmaf_rn(__fmul_rn(r1, float_sin_turn(t1 + (1 << 22))), deviation, mean),
                  __fmaf_rn(__fmul_rn(r1, float_sin_turn(t1)), deviation, mean)};
    store(n, 4 * j, v, y);
  }
}
