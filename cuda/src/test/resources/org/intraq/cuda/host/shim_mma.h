// The device's tensor cores for shim.h, which includes this: fragments go through the slots of the fibers.
#pragma once

// ---- Tensor cores: every lane hands over its fragments and computes its four results from all of them.
namespace shim {
struct Fragments { unsigned a[4], b[2]; };
static void fragments(const unsigned (&a)[4], const unsigned (&b)[2], Fragments (&all)[32]) {
  Fragments mine;
  memcpy(mine.a, a, sizeof mine.a);
  memcpy(mine.b, b, sizeof mine.b);
  static_assert(sizeof mine <= sizeof(Fiber::slot), "slot");
  memcpy(current->slot, &mine, sizeof mine);
  warp_barrier(0xffffffffu);
  for (int i = 0; i < 32; i++) {
    if (!exists(warp(current) + i)) fail("mma in a warp of less than 32 threads");
    memcpy(&all[i], warp(current)[i].slot, sizeof mine);
  }
  warp_barrier(0xffffffffu);
}
// One element of A [16, K] and of B [K, 8] as 32-bit registers hold them, PER to a register.
template <int PER> static unsigned a_word(const Fragments (&all)[32], int row, int k) {
  int half = 4 * PER;  // columns that registers 0 and 1 cover
  return all[row % 8 * 4 + k % half / PER].a[row / 8 + 2 * (k / half)];
}
template <int PER> static unsigned b_word(const Fragments (&all)[32], int k, int column) {
  int half = 4 * PER;
  return all[column * 4 + k % half / PER].b[k / half];
}
template <class D, int PER, class Left, class Right>
static void mma(D (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], Left left, Right right) {
  Fragments all[32];
  fragments(a, b, all);
  int group = lane(current) / 4, t = lane(current) % 4;
  for (int i = 0; i < 4; i++) {
    int row = group + i / 2 * 8, column = 2 * t + i % 2;
    for (int k = 0; k < 8 * PER; k++) {
      D x = left(a_word<PER>(all, row, k), k % PER), y = right(b_word<PER>(all, k, column), k % PER);
      d[i] += x * y;
    }
  }
}
template <class D, int PER, class Value>
static void mma(D (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2], Value value) { mma<D, PER>(d, a, b, value, value); }
}  // namespace shim
static inline void shim_mma_s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  shim::mma<int, 4>(d, a, b, [](unsigned word, int i) { return (int)(signed char)(word >> 8 * i); });
}
// The hardware reads the upper 19 bits only.
static inline void shim_mma_tf32(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  shim::mma<float, 1>(d, a, b, [](unsigned word, int) { return __uint_as_float(word & 0xffffe000u); });
}
static inline void shim_mma_bf16(float (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  shim::mma<float, 2>(d, a, b, [](unsigned word, int i) { return __uint_as_float(word >> 16 * i << 16); });
}
