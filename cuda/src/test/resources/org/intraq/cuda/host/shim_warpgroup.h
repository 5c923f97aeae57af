// A model of Hopper's bulk copies and warpgroup multiplications for shim.h, which includes this. A copy is done at once; a
// thread computes its own sums straight from shared memory. What it does not show: results read before they are awaited.
#pragma once

namespace shim {
// A barrier in shared memory: how many phases have ended, and the bytes that the present one still waits for.
struct CopyState { unsigned phases; int pending; };
static CopyState* copy_state(unsigned long long* barrier) { return reinterpret_cast<CopyState*>(barrier); }
static void barrier_init(unsigned long long* barrier) { *copy_state(barrier) = CopyState{0, 0}; }
static void barrier_expect(unsigned long long* barrier, int bytes) {
  if (copy_state(barrier)->pending != 0) fail("mbarrier: a phase is announced before the last one has ended");
  copy_state(barrier)->pending = bytes;
}
static void barrier_wait(unsigned long long* barrier, int parity) {
  if ((int)(copy_state(barrier)->phases & 1) == parity) stop("mbarrier: waits for copies that nobody has sent");
}
static void bulk_copy(void* shared, const void* from, int bytes, unsigned long long* barrier) {
  uintptr_t both = reinterpret_cast<uintptr_t>(shared) | reinterpret_cast<uintptr_t>(from);
  if (both % 16 != 0 || bytes % 16 != 0) stop("bulk copy: misaligned");
  memcpy(shared, from, bytes);
  CopyState* state = copy_state(barrier);
  state->pending -= bytes;
  if (state->pending < 0) stop("bulk copy: more bytes than announced");
  if (state->pending == 0) state->phases++;
}

static void copy_async(void* shared, const void* from, bool there) {
  uintptr_t both = reinterpret_cast<uintptr_t>(shared) | reinterpret_cast<uintptr_t>(from);
  if (both % 16 != 0) stop("cp.async: misaligned");
  if (there) memcpy(shared, from, 16);
  else memset(shared, 0, 16);
}

// Byte `at` of a row of a tile whose chunks are swizzled by bits 7 to 9 of the address.
static const unsigned char* swizzled(const void* tile, int row, int at) {
  uintptr_t address = reinterpret_cast<uintptr_t>(tile) + row * 128 + at;
  return reinterpret_cast<const unsigned char*>(address ^ ((address >> 7 & 7) << 4));
}
template <int SIZE, int N, class Value>
static void warpgroup(float (&d)[N], const void* a, const void* b, Value value) {
  int t = (int)(current - fibers) % 128;
  for (int i = 0; i < N; i++) {
    int row = t / 32 * 16 + t % 32 / 4 + i / 2 % 2 * 8, column = i / 4 * 8 + t % 4 * 2 + i % 2;
    for (int k = 0; k < 32; k += SIZE) d[i] += value(swizzled(a, row, k)) * value(swizzled(b, column, k));
  }
}
template <int N>
static void warpgroup_bf16(float (&d)[N], const void* a, const void* b) {
  warpgroup<2>(d, a, b, [](const unsigned char* p) {
    unsigned short bits;
    memcpy(&bits, p, 2);
    return __uint_as_float((unsigned)bits << 16);
  });
}
// The hardware reads the upper 19 bits only.
template <int N>
static void warpgroup_tf32(float (&d)[N], const void* a, const void* b) {
  warpgroup<4>(d, a, b, [](const unsigned char* p) {
    unsigned bits;
    memcpy(&bits, p, 4);
    return __uint_as_float(bits & 0xffffe000u);
  });
}
}  // namespace shim
