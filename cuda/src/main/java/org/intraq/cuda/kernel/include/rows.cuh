// Matrices [R, C] worked on a row at a time: one warp a row, sums in double by a tree of fixed shape.
#pragma once
#include "intraq.cuh"

#define ROW_THREADS 256

DEVICE double warp_sum(double x) {
  for (int offset = 16; offset > 0; offset /= 2) x += __shfl_xor_sync(0xffffffffu, x, offset);
  return x;
}
DEVICE float warp_max(float x) {
  for (int offset = 16; offset > 0; offset /= 2) x = java_max(x, __shfl_xor_sync(0xffffffffu, x, offset));
  return x;
}
DEVICE int lane() { return threadIdx.x % 32; }

// Calls f(row) for the rows of this warp, with all of its lanes.
template <class F> DEVICE void each_warp_row(int rows, F f) {
  for (long long row = thread_index() / 32; row < rows; row += thread_count() / 32) f(row);
}
// The sum over the row's columns of f(column), in every lane.
template <class F> DEVICE double row_sum(int columns, F f) {
  double sum = 0.0;
  for (int c = lane(); c < columns; c += 32) sum += f(c);
  return warp_sum(sum);
}
// Calls f(column) for every column of the row, each by one lane.
template <class F> DEVICE void each_column(int columns, F f) {
  for (int c = lane(); c < columns; c += 32) f(c);
}
