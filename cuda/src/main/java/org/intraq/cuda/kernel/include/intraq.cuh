// What every kernel includes first: the few words that differ between the device and the host shim of the tests.
// Kernels write explicit __fmaf_rn where they want a fused multiply-add; nvcc runs with -fmad=false and g++ with
// -ffp-contract=off, so that both give the same bits.
#pragma once
#ifdef __CUDACC__
#define KERNEL extern "C" __global__
// Dynamic shared memory as an array of type T, aligned to 16 bytes.
#define DYNAMIC_SHARED(T, name)                        \
  extern __shared__ __align__(16) unsigned char intraq_dynamic[]; \
  T* name = reinterpret_cast<T*>(intraq_dynamic)
#else
#include "shim.h"
#endif

#define DEVICE static __device__ __forceinline__

// Index and number of threads of a one-dimensional grid-stride loop.
DEVICE long long thread_index() { return (long long)blockIdx.x * blockDim.x + threadIdx.x; }
DEVICE long long thread_count() { return (long long)gridDim.x * blockDim.x; }

DEVICE float infinity() { return __int_as_float(0x7f800000); }

// min and max as Java's: a NaN operand gives a NaN, -0 lies below +0.
DEVICE float java_min(float a, float b) {
  if (a == b) return __int_as_float(__float_as_int(a) | __float_as_int(b));
  return a < b || a != a ? a : b;
}
DEVICE float java_max(float a, float b) {
  if (a == b) return __int_as_float(__float_as_int(a) & __float_as_int(b));
  return a > b || a != a ? a : b;
}

// min(max(x, 0), cap); NaN stays NaN.
DEVICE float rectify(float x, float cap) { return x != x ? x : fminf(x > 0.0f ? x : 0.0f, cap); }

// bfloat16 as its 16 bits: rounds half to even; a NaN stays one.
DEVICE unsigned short bf16_bits(float x) {
  unsigned bits = (unsigned)__float_as_int(x);
  if (x != x) return (unsigned short)(bits >> 16 | 0x40u);
  return (unsigned short)((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}
DEVICE float bf16_value(unsigned short bits) { return __int_as_float((int)((unsigned)bits << 16)); }
// Two of them in a register, the first in the low half.
DEVICE unsigned bf16_pair(float low, float high) { return bf16_bits(low) | (unsigned)bf16_bits(high) << 16; }
