// Sums, minima and maxima. The split of the work is a function of the shape alone and every tree has a fixed form: the
// same bits every time and on every device. Sums leave single precision after CHUNK terms.
#include "reduce.cuh"

#define BLOCK 256
#define CHUNK 32
#define LANES 32
#define ROWS 8

DEVICE float term(float x, int square) { return square ? __fmul_rn(x, x) : x; }

// partial[block] = sum of x, or of its squares, over the block's grid-stride share.
KERNEL void __launch_bounds__(BLOCK) sum_parts(int n, int square, const float* x, double* partial) {
  __shared__ double scratch[BLOCK];
  double sum = 0.0;
  long long i = thread_index(), step = thread_count();
  while (i < n) {
    float part = 0.0f;
    for (int k = 0; k < CHUNK && i < n; k++, i += step) part = __fadd_rn(part, term(x[i], square));
    sum += (double)part;
  }
  sum = block_sum(sum, scratch);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

// y[0] = sum of the partial sums; one block.
KERNEL void __launch_bounds__(BLOCK) sum_finish(int parts, const double* partial, float* y) {
  __shared__ double scratch[BLOCK];
  double sum = 0.0;
  for (int i = threadIdx.x; i < parts; i += BLOCK) sum += partial[i];
  sum = block_sum(sum, scratch);
  if (threadIdx.x == 0) y[0] = (float)sum;
}

// y[row] = sum of the row; one block a row.
KERNEL void __launch_bounds__(BLOCK) row_sums(int rows, int columns, const float* x, float* y) {
  __shared__ double scratch[BLOCK];
  for (int row = blockIdx.x; row < rows; row += gridDim.x) {
    const float* from = x + (long long)row * columns;
    double sum = 0.0;
    int i = threadIdx.x;
    while (i < columns) {
      float part = 0.0f;
      for (int k = 0; k < CHUNK && i < columns; k++, i += BLOCK) part = __fadd_rn(part, from[i]);
      sum += (double)part;
    }
    sum = block_sum(sum, scratch);
    if (threadIdx.x == 0) y[row] = (float)sum;
  }
}

// partial[slice, c] = sum over the slice's rows of x [rows, columns]. Block LANES x ROWS, grid (tiles of columns, slices).
KERNEL void __launch_bounds__(LANES* ROWS) column_sums(int rows, int columns, int slice_rows, const float* x,
                                                       double* partial) {
  __shared__ double scratch[ROWS][LANES];
  int c = blockIdx.x * LANES + threadIdx.x;
  long long from = (long long)blockIdx.y * slice_rows;
  long long to = from + slice_rows < rows ? from + slice_rows : rows;
  double sum = 0.0;
  long long row = from + threadIdx.y;
  while (c < columns && row < to) {
    float part = 0.0f;
    for (int k = 0; k < CHUNK && row < to; k++, row += ROWS) part = __fadd_rn(part, x[row * columns + c]);
    sum += (double)part;
  }
  scratch[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y == 0 && c < columns) {
    for (int k = 1; k < ROWS; k++) sum += scratch[k][threadIdx.x];
    partial[(long long)blockIdx.y * columns + c] = sum;
  }
}

// y[c] = sum over slices of partial [slices, columns].
KERNEL void column_sums_finish(int slices, int columns, const double* partial, float* y) {
  for (long long c = thread_index(); c < columns; c += thread_count()) {
    double sum = 0.0;
    for (int s = 0; s < slices; s++) sum += partial[(long long)s * columns + c];
    y[c] = (float)sum;
  }
}

// partial[0, block] = minimum, partial[1, block] = maximum of the block's share.
KERNEL void __launch_bounds__(BLOCK) min_max(int n, const float* x, float* partial) {
  __shared__ float2 scratch[BLOCK];
  float2 found = make_float2(infinity(), -infinity());
  for (long long i = thread_index(); i < n; i += thread_count()) {
    found.x = java_min(found.x, x[i]);
    found.y = java_max(found.y, x[i]);
  }
  found = block_min_max(found, scratch);
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = found.x;
    partial[gridDim.x + blockIdx.x] = found.y;
  }
}

// The same over partial [2, parts]; one block.
KERNEL void __launch_bounds__(BLOCK) min_max_finish(int parts, const float* partial, float* y) {
  __shared__ float2 scratch[BLOCK];
  float2 found = make_float2(infinity(), -infinity());
  for (int i = threadIdx.x; i < parts; i += BLOCK) {
    found.x = java_min(found.x, partial[i]);
    found.y = java_max(found.y, partial[parts + i]);
  }
  found = block_min_max(found, scratch);
  if (threadIdx.x == 0) {
    y[0] = found.x + 0.0f;  // -0 becomes +0
    y[1] = found.y + 0.0f;
  }
}

// y[slice, 0, c] and y[slice, 1, c] = minimum and maximum over the slice's rows. Block and grid as column_sums.
KERNEL void __launch_bounds__(LANES* ROWS) min_max_columns(int rows, int columns, int slice_rows, const float* x,
                                                           float* y) {
  __shared__ float2 scratch[ROWS][LANES];
  int c = blockIdx.x * LANES + threadIdx.x;
  long long from = (long long)blockIdx.y * slice_rows;
  long long to = from + slice_rows < rows ? from + slice_rows : rows;
  float2 found = make_float2(infinity(), -infinity());
  for (long long row = from + threadIdx.y; c < columns && row < to; row += ROWS) {
    found.x = java_min(found.x, x[row * columns + c]);
    found.y = java_max(found.y, x[row * columns + c]);
  }
  scratch[threadIdx.y][threadIdx.x] = found;
  __syncthreads();
  if (threadIdx.y == 0 && c < columns) {
    for (int k = 1; k < ROWS; k++) {
      found.x = java_min(found.x, scratch[k][threadIdx.x].x);
      found.y = java_max(found.y, scratch[k][threadIdx.x].y);
    }
    y[(2LL * blockIdx.y) * columns + c] = found.x + 0.0f;
    y[(2LL * blockIdx.y + 1) * columns + c] = found.y + 0.0f;
  }
}

// y[0, c] and y[1, c] from partial [slices, 2, columns].
KERNEL void min_max_columns_finish(int slices, int columns, const float* partial, float* y) {
  for (long long c = thread_index(); c < columns; c += thread_count()) {
    float low = infinity(), high = -infinity();
    for (int s = 0; s < slices; s++) {
      low = java_min(low, partial[(2LL * s) * columns + c]);
      high = java_max(high, partial[(2LL * s + 1) * columns + c]);
    }
    y[c] = low + 0.0f;
    y[columns + c] = high + 0.0f;
  }
}

// Whether candidate j beats leader i: NaN over numbers, then the larger, then the first.
DEVICE bool beats(float candidate, int j, float leader, int i) {
  bool candidate_nan = candidate != candidate, leader_nan = leader != leader;
  if (candidate_nan || leader_nan) return candidate_nan && (!leader_nan || j < i);
  return candidate > leader || (candidate == leader && j < i);
}

// y[row] = index of the largest element of the row; one warp a row. Lanes without an element hold -infinity at an index
// beyond all.
KERNEL void __launch_bounds__(BLOCK) arg_max_rows(int rows, int columns, const float* x, int* y) {
  int lane = threadIdx.x % 32;
  for (long long row = thread_index() / 32; row < rows; row += thread_count() / 32) {
    float best = -infinity();
    int at = 0x7fffffff;
    for (int i = lane; i < columns; i += 32) {
      float value = x[row * columns + i];
      if (beats(value, i, best, at)) {
        best = value;
        at = i;
      }
    }
    for (int offset = 16; offset > 0; offset /= 2) {
      float value = __shfl_xor_sync(0xffffffffu, best, offset);
      int i = __shfl_xor_sync(0xffffffffu, at, offset);
      if (beats(value, i, best, at)) {
        best = value;
        at = i;
      }
    }
    if (lane == 0) y[row] = at;
  }
}
