// Asynchronous copies to shared memory, loads of matrix fragments and the products of unsigned and signed bytes behind wrappers:
// PTX on the device, the models of the shim on the host. Before sm_80 copies are done at once.
#pragma once
#include "intraq.cuh"

#ifdef __CUDACC__
DEVICE unsigned shared_address(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }
// 16 bytes; both addresses are multiples of 16. They have arrived after wait_async and a barrier.
DEVICE void copy_async(void* to, const void* from) {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.ca.shared.global [%0], [%1], 16;" ::"r"(shared_address(to)), "l"(from) : "memory");
#else
  *static_cast<uint4*>(to) = *static_cast<const uint4*>(from);
#endif
}
// Ends a group of copies.
DEVICE void commit_async() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
// Waits until at most N of the calling thread's newest groups are under way.
template <int N>
DEVICE void wait_async() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
#endif
}
// Four matrices of eight rows of 16 bytes: lane i gives the address of row i % 8 of matrix i / 8, and receives word i % 4 of
// row i / 4 of each.
DEVICE void load_matrices(unsigned (&d)[4], const void* row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(d[0]), "=r"(d[1]), "=r"(d[2]), "=r"(d[3])
               : "r"(shared_address(row))
               : "memory");
}
// D [16, 8] += A [16, 32] * B [32, 8], fragments as those of mma_s8 in mma.cuh, A unsigned.
DEVICE void mma_u8s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm volatile("mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  // Four of 8 x 8 x 16: the upper and the lower rows, each half of the depth.
#pragma unroll
  for (int i = 0; i < 4; i++)
    asm volatile("mma.sync.aligned.m8n8k16.row.col.s32.u8.s8.s32 {%0,%1}, {%2}, {%3}, {%0,%1};"
                 : "+r"(d[i % 2 * 2]), "+r"(d[i % 2 * 2 + 1])
                 : "r"(a[i]), "r"(b[i / 2]));
#endif
}
#else
DEVICE void copy_async(void* to, const void* from) { shim_copy_async(to, from); }
DEVICE void commit_async() { shim_commit_async(); }
template <int N>
DEVICE void wait_async() { shim_wait_async(N); }
DEVICE void load_matrices(unsigned (&d)[4], const void* row) { shim_load_matrices(d, row); }
DEVICE void mma_u8s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) { shim_mma_u8s8(d, a, b); }
#endif
