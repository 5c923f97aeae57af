// Sums over the rows of matrices [rows, C] in one launch. Block (lanes, rows of a step), grid (tiles of channels, slices of
// rows); see SumGrid.java.
#pragma once
#include "channels.cuh"

#define SUM_THREADS 512
// The N rows that a thread has in flight.
#define EACH for (int k = 0; k < N; k++)

// Rows [from, to) of this block, of which a thread takes every blockDim.y-th.
struct Slice { long long from, to; };
DEVICE Slice slice(int rows, int slice_rows) {
  long long from = (long long)blockIdx.y * slice_rows, to = from + slice_rows;
  return {from + threadIdx.y, to < rows ? to : rows};
}

// Adds the rows of scratch [rows, columns] up, into the first, in a tree that depends on `rows` alone. Begins and ends
// with a barrier.
DEVICE void fold_rows(double* scratch, int rows, int columns) {
  int t = threadIdx.y * blockDim.x + threadIdx.x, threads = blockDim.x * blockDim.y;
  __syncthreads();
  while (rows > 1) {
    int half = (rows + 1) / 2, pairs = (rows - half) * columns;
    for (int i = t; i < pairs; i += threads) scratch[i] += scratch[i + half * columns];
    __syncthreads();
    rows = half;
  }
}

// Most tiles of a grid with more than one slice; see SumGrid.MOST_BLOCKS.
#define MOST_ARRIVALS 256
// Blocks of each tile that have left their sums; back at 0 after every launch.
static __device__ unsigned arrived[MOST_ARRIVALS];

// Slices whose sums a thread of the last block reads before it adds one.
#define AT_ONCE 8

// Two sums for each channel over all rows, from those of the threads: each block leaves its own in partial [slice, c, 2], and
// the last of a tile to come adds the slices up, in their order, whichever block it is, and calls
// finish(channel, first, second). scratch holds 2 V doubles a thread. All threads of all blocks must call it.
template <int V, class F> DEVICE void total_sums(int c, const double (&first)[V], const double (&second)[V], double* scratch,
                                                 double* partial, F finish) {
  __shared__ int last;
  int lanes = blockDim.x, rows = blockDim.y, width = lanes * V;
  int t = threadIdx.y * lanes + threadIdx.x;
#pragma unroll
  LANE {
    scratch[(threadIdx.y * 2 * V + v) * lanes + threadIdx.x] = first[v];
    scratch[(threadIdx.y * 2 * V + V + v) * lanes + threadIdx.x] = second[v];
  }
  fold_rows(scratch, rows, 2 * width);
  // Thread t < width has channel `at`, whose sums stand at lane t / V, value t % V.
  int at = blockIdx.x * width + t % width, mine = t % V * lanes + t % width / V;
  if (gridDim.y == 1) {
    if (t < width && at < c) finish(at, scratch[mine], scratch[width + mine]);
    return;
  }
  double2* sums = reinterpret_cast<double2*>(partial);
  if (t < width && at < c) {
    sums[(long long)blockIdx.y * c + at] = make_double2(scratch[mine], scratch[width + mine]);
    __threadfence();
  }
  __syncthreads();
  if (t == 0) last = atomicInc(&arrived[blockIdx.x], gridDim.y - 1) == gridDim.y - 1;
  __syncthreads();
  if (!last) return;
  __threadfence();
  int shares = lanes * rows / width;  // at least one: SumGrid gives a block V rows
  if (t < shares * width) {
    double one = 0.0, other = 0.0;
    if (at < c) {
      // Loads first, without branches: a chain of load and add would wait for the L2 cache at each slice.
      int slices = gridDim.y;
      for (int from = t / width; from < slices; from += AT_ONCE * shares) {
        double2 q[AT_ONCE];
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++) q[k] = __ldcg(sums + (long long)min(from + k * shares, slices - 1) * c + at);
#pragma unroll
        for (int k = 0; k < AT_ONCE; k++) if (from + k * shares < slices) one += q[k].x, other += q[k].y;
      }
    }
    scratch[t / width * 2 * width + t % width] = one;
    scratch[t / width * 2 * width + width + t % width] = other;
  }
  fold_rows(scratch, shares, 2 * width);
  if (t < width && at < c) finish(at, scratch[t], scratch[width + t]);
}
