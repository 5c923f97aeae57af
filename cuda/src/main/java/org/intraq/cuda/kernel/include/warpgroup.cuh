// Hopper's tensor cores, which read both operands from shared memory (wgmma), and the copy engine that fills it (bulk copies,
// counted by a barrier in shared memory). PTX for sm_90a alone; on the host the model of the shim (shim_warpgroup.h).
//
// An operand tile has 128 bytes of depth in a row (64 bf16 or 32 TF32); 16-byte chunk c of row r lies at chunk c ^ (r % 8), so
// that the eight rows of a core matrix fall into different banks. Tiles begin at multiples of 1024 bytes.
#pragma once
#include "intraq.cuh"

#define TILE_ROW_BYTES 128
// Where chunk c of row r lies.
DEVICE int chunk_offset(int r, int c) { return r * TILE_ROW_BYTES + ((c ^ (r & 7)) << 4); }

typedef unsigned long long CopyBarrier;

#ifdef __CUDACC__
DEVICE unsigned shared_address(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }

// One arrival completes a phase, together with the bytes that it announced. One thread calls it before a __syncthreads.
DEVICE void barrier_init(CopyBarrier* barrier) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(shared_address(barrier)) : "memory");
}
// What the thread has written to shared memory is seen by the copy engine and the tensor cores from here on.
DEVICE void barrier_publish() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
DEVICE void barrier_expect(CopyBarrier* barrier, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(shared_address(barrier)), "r"(bytes) : "memory");
}
// Waits for the end of a phase; phases have parity 0, 1, 0, ...
DEVICE void barrier_wait(CopyBarrier* barrier, int parity) {
  asm volatile(
      "{\n.reg .pred done;\n"
      "again: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@!done bra again;\n}" ::"r"(shared_address(barrier)), "r"(parity)
      : "memory");
}
// A multiple of 16 bytes between addresses that are multiples of 16.
DEVICE void bulk_copy(void* shared, const void* from, int bytes, CopyBarrier* barrier) {
  asm volatile("cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(shared_address(shared)),
               "l"(from), "r"(bytes), "r"(shared_address(barrier))
               : "memory");
}

// 16 bytes by the thread itself, zeros unless they are there; batches of them as of multiplications below. After copies_wait
// the tensor cores see what the thread has copied, after a __syncthreads what all have.
DEVICE void copy_async(void* shared, const void* from, bool there) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)), "l"(from), "r"(there ? 16 : 0)
               : "memory");
}
DEVICE void copies_commit() { asm volatile("cp.async.commit_group;" ::: "memory"); }
template <int PENDING> DEVICE void copies_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(PENDING) : "memory");
  barrier_publish();
}

// Before the first multiplication of a batch, and after the last one of it; all 128 threads of a warpgroup call them.
DEVICE void warpgroup_begin() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
DEVICE void warpgroup_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
// Waits until at most PENDING batches are unfinished.
template <int PENDING> DEVICE void warpgroup_wait() { asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(PENDING) : "memory"); }

// Where a tile begins, in units of 16 bytes; 1024 bytes from one group of eight rows to the next; swizzled in rows of 128.
DEVICE unsigned long long tile_descriptor(const void* p) {
  return (unsigned long long)(shared_address(p) >> 4 & 0x3fff) | 1ull << 16 | (1024ull >> 4) << 32 | 1ull << 62;
}
#define SUMS(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), "+f"(d[i + 7])
// D [64, N] += A [64, K] * B [N, K]^T for N = 64, 128, 256 and 32 bytes of depth; a and b point at the first row of their tiles,
// 0, 32, 64 or 96 bytes into it. Thread t of the warpgroup holds
// D[t / 32 * 16 + t % 32 / 4 + 8 * (i / 2 % 2)][i / 4 * 8 + t % 4 * 2 + i % 2] as d[i].
DEVICE void warpgroup_bf16(float (&d)[32], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
      "%32, %33, 1, 1, 1, 0, 0;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
DEVICE void warpgroup_tf32(float (&d)[32], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n64k8.f32.tf32.tf32 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
      "%32, %33, 1, 1, 1;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
DEVICE void warpgroup_bf16(float (&d)[64], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
      "%64, %65, 1, 1, 1, 0, 0;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24),
        SUMS(32), SUMS(40), SUMS(48), SUMS(56)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
DEVICE void warpgroup_tf32(float (&d)[64], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n128k8.f32.tf32.tf32 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
      "%64, %65, 1, 1, 1;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24),
        SUMS(32), SUMS(40), SUMS(48), SUMS(56)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
DEVICE void warpgroup_bf16(float (&d)[128], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
      "%128, %129, 1, 1, 1, 0, 0;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24),
        SUMS(32), SUMS(40), SUMS(48), SUMS(56),
        SUMS(64), SUMS(72), SUMS(80), SUMS(88),
        SUMS(96), SUMS(104), SUMS(112), SUMS(120)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
DEVICE void warpgroup_tf32(float (&d)[128], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n256k8.f32.tf32.tf32 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
      "%128, %129, 1, 1, 1;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24),
        SUMS(32), SUMS(40), SUMS(48), SUMS(56),
        SUMS(64), SUMS(72), SUMS(80), SUMS(88),
        SUMS(96), SUMS(104), SUMS(112), SUMS(120)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
#undef SUMS
#else
DEVICE void barrier_init(CopyBarrier* barrier) { shim::barrier_init(barrier); }
DEVICE void barrier_publish() {}
DEVICE void barrier_expect(CopyBarrier* barrier, int bytes) { shim::barrier_expect(barrier, bytes); }
DEVICE void barrier_wait(CopyBarrier* barrier, int parity) { shim::barrier_wait(barrier, parity); }
DEVICE void bulk_copy(void* shared, const void* from, int bytes, CopyBarrier* barrier) { shim::bulk_copy(shared, from, bytes, barrier); }
DEVICE void warpgroup_begin() {}
DEVICE void warpgroup_commit() {}
template <int PENDING> DEVICE void warpgroup_wait() {}
template <int N> DEVICE void warpgroup_bf16(float (&d)[N], const void* a, const void* b) { shim::warpgroup_bf16(d, a, b); }
template <int N> DEVICE void warpgroup_tf32(float (&d)[N], const void* a, const void* b) { shim::warpgroup_tf32(d, a, b); }
DEVICE void copy_async(void* shared, const void* from, bool there) { shim::copy_async(shared, from, there); }
DEVICE void copies_commit() {}
template <int PENDING> DEVICE void copies_wait() {}
#endif
