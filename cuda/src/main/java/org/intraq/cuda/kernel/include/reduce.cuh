// Reductions within a block by trees of fixed shape: the same bits every time, no float atomics.
#pragma once
#include "intraq.cuh"

// The sum over all threads of the block, in every thread. scratch holds one double a thread; blockDim.x * blockDim.y is a
// power of two. Begins and ends with a barrier, so that scratch may be used again at once.
DEVICE double block_sum(double value, double* scratch) {
  int t = threadIdx.y * blockDim.x + threadIdx.x;
  __syncthreads();
  scratch[t] = value;
  __syncthreads();
  for (int half = blockDim.x * blockDim.y / 2; half > 0; half /= 2) {
    if (t < half) scratch[t] += scratch[t + half];
    __syncthreads();
  }
  double sum = scratch[0];
  __syncthreads();
  return sum;
}

// The smallest and the largest over all threads of the block, in every thread; NaN wins.
DEVICE float2 block_min_max(float2 value, float2* scratch) {
  int t = threadIdx.y * blockDim.x + threadIdx.x;
  __syncthreads();
  scratch[t] = value;
  __syncthreads();
  for (int half = blockDim.x * blockDim.y / 2; half > 0; half /= 2) {
    if (t < half) {
      scratch[t].x = java_min(scratch[t].x, scratch[t + half].x);
      scratch[t].y = java_max(scratch[t].y, scratch[t + half].y);
    }
    __syncthreads();
  }
  float2 result = scratch[0];
  __syncthreads();
  return result;
}
