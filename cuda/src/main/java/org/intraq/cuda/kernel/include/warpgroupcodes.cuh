// Hopper's tensor cores for bytes: sums of products of signed ones, exact in 32 bits. See warpgroup.cuh.
// (Products of unsigned and signed ones need PTX 8.4, which drivers before CUDA 12.4 refuse.)
#pragma once
#include "warpgrouptile.cuh"

#ifdef __CUDACC__
#define SUMS(i) "+r"(d[i]), "+r"(d[i + 1]), "+r"(d[i + 2]), "+r"(d[i + 3]), "+r"(d[i + 4]), "+r"(d[i + 5]), "+r"(d[i + 6]), "+r"(d[i + 7])
// D [64, N] += A [64, 32] * B [N, 32]^T; the sums lie as those of warpgroup_bf16.
DEVICE void warpgroup_s8(int (&d)[32], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n64k32.s32.s8.s8 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31}, "
      "%32, %33, 1;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
DEVICE void warpgroup_s8(int (&d)[64], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n128k32.s32.s8.s8 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, "
      "%64, %65, 1;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24),
        SUMS(32), SUMS(40), SUMS(48), SUMS(56)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
DEVICE void warpgroup_s8(int (&d)[128], const void* a, const void* b) {
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n256k32.s32.s8.s8 "
      "{%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127}, "
      "%128, %129, 1;"
      :
        SUMS(0), SUMS(8), SUMS(16), SUMS(24),
        SUMS(32), SUMS(40), SUMS(48), SUMS(56),
        SUMS(64), SUMS(72), SUMS(80), SUMS(88),
        SUMS(96), SUMS(104), SUMS(112), SUMS(120)
      : "l"(tile_descriptor(a)), "l"(tile_descriptor(b)));
}
#undef SUMS
#else
template <int N> DEVICE void warpgroup_s8(int (&d)[N], const void* a, const void* b) { shim::warpgroup_s8(d, a, b); }
#endif

// Signed bytes.
struct PackedBytes {
  static constexpr int PER = 16;
  typedef int Sum;
  template <int N> static MEMBER void multiply(int (&d)[N], const void* a, const void* b) { warpgroup_s8(d, a, b); }
};
