// Tensor cores behind one wrapper: PTX on the device (sm_80 and newer), the model of the shim on the host.
// Fragments as the PTX manual lays them out; with lane = 4 * group + t:
//   A (16 x K): rows group and group + 8; B (K x 8): column group; C, D (16 x 8): rows group, group + 8, columns 2t, 2t + 1.
//   d[0], d[1] = D[group][2t], D[group][2t + 1]; d[2], d[3] = D[group + 8][2t], D[group + 8][2t + 1]
// All lanes of a warp must call them together.
#pragma once
#include "intraq.cuh"

#ifdef __CUDACC__
// s8, K = 32: a[0] = A[group][4t..], a[1] = A[group + 8][4t..], a[2], a[3] the same 16 columns on; b[0] = B[4t..][group], b[1] = B[16 + 4t..][group].
DEVICE void mma_s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}
// tf32, K = 8: a[0] = A[group][t], a[1] = A[group + 8][t], a[2], a[3] the same 4 columns on; b[0] = B[t][group], b[1] = B[t + 4][group].
DEVICE void mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}
// bf16, K = 16, two in a register: a[0] = A[group][2t..], a[1] = A[group + 8][2t..], a[2], a[3] the same 8 columns on; b[0] = B[2t..][group], b[1] = B[8 + 2t..][group].
DEVICE void mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#endif
}
#else
DEVICE void mma_s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { shim_mma_s8(d, a, b); }
DEVICE void mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { shim_mma_tf32(d, a, b); }
DEVICE void mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { shim_mma_bf16(d, a, b); }
#endif

// The nearest tf32 number, ties away from zero, as cvt.rna.tf32.f32 gives it.
DEVICE unsigned tf32_bits(float x) {
  unsigned bits = (unsigned)__float_as_int(x);
  return (bits & 0x7f800000u) == 0x7f800000u ? bits : (bits + 0x1000u) & 0xffffe000u;
}
