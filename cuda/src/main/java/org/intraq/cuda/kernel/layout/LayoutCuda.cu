// y[n, j, i] = x[n, i, j] through tiles of shared memory, so that reads and writes are both along rows.
#include "intraq.cuh"

#define TILE 32
#define ROWS 8

// Block TILE x ROWS; grid (tiles along columns times tiles along rows, matrices). The extra column of the tile keeps its
// columns in different banks.
KERNEL void __launch_bounds__(TILE* ROWS) transpose(int matrices, int rows, int columns, const float* __restrict__ x,
                                                    float* __restrict__ y) {
  __shared__ float tile[TILE][TILE + 1];
  int across = (columns + TILE - 1) / TILE;
  int row0 = (int)blockIdx.x / across * TILE, column0 = (int)blockIdx.x % across * TILE;
  for (int n = blockIdx.y; n < matrices; n += gridDim.y) {
    const float* from = x + (long long)n * rows * columns;
    float* to = y + (long long)n * rows * columns;
    for (int i = threadIdx.y; i < TILE; i += ROWS) {
      int row = row0 + i, column = column0 + (int)threadIdx.x;
      if (row < rows && column < columns) tile[i][threadIdx.x] = from[(long long)row * columns + column];
    }
    __syncthreads();
    for (int i = threadIdx.y; i < TILE; i += ROWS) {
      int row = row0 + (int)threadIdx.x, column = column0 + i;
      if (row < rows && column < columns) to[(long long)column * rows + row] = tile[threadIdx.x][i];
    }
    __syncthreads();
  }
}
