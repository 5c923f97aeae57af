// Asynchronous copies and loads of matrices for shim.h, which includes this.
#pragma once

// ---- A copy spoils its destination at once and arrives no sooner than its thread waits for it, so that a missing wait and a
// buffer that is filled while others read it both show.
namespace shim {
struct Copy { unsigned char* to; const unsigned char* from; int group; };
static const int MOST_COPIES = 256;
static Copy copies[MOST][MOST_COPIES];
}  // namespace shim
static inline void shim_copy_async(void* to, const void* from) {
  shim::Fiber* f = shim::current;
  shim_aligned<16>(to);
  shim_aligned<16>(from);
  if (f->copies == shim::MOST_COPIES) shim::stop("more asynchronous copies under way than the shim keeps");
  shim::copies[f - shim::fibers][f->copies++] = {static_cast<unsigned char*>(to), static_cast<const unsigned char*>(from), f->groups};
  memset(to, 0xa5, 16);
}
static inline void shim_commit_async() { shim::current->groups++; }
static inline void shim_wait_async(int newest) {
  shim::Fiber* f = shim::current;
  int kept = 0;
  for (int i = 0; i < f->copies; i++) {
    shim::Copy copy = shim::copies[f - shim::fibers][i];
    if (copy.group < f->groups - newest) memcpy(copy.to, copy.from, 16);
    else shim::copies[f - shim::fibers][kept++] = copy;
  }
  f->copies = kept;
}

// ---- Matrices of eight rows of 16 bytes; lane i gives the address of row i % 8 of matrix i / 8.
static inline void shim_load_matrices(unsigned (&d)[4], const void* row) {
  shim_aligned<16>(row);
  for (int i = 0; i < 4; i++) {
    int from = 8 * i + shim_lane() / 4;
    const void* at = shim::exchange(0xffffffffu, row, from);
    memcpy(&d[i], static_cast<const unsigned char*>(at) + shim_lane() % 4 * 4, 4);
  }
}

// ---- Products of unsigned and signed bytes.
static inline void shim_mma_u8s8(int (&d)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
  shim::mma<int, 4>(
      d, a, b, [](unsigned word, int i) { return (int)(word >> 8 * i & 0xff); },
      [](unsigned word, int i) { return (int)(signed char)(word >> 8 * i); });
}
