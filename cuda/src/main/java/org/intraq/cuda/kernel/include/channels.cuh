// Matrices [rows, C] with the channel last: a thread keeps one channel, or four adjacent ones as a float4, and walks down
// the rows. Block (lanes, rows of a step), grid (tiles of channels, shares of rows); see ChannelGrid.java.
#pragma once
#include "intraq.cuh"

// Rows whose terms are added in single precision before the sum goes on in double.
#define CHUNK 8
#define CHANNEL_THREADS 256

// V adjacent channels in registers.
template <int V> struct Vec { float v[V]; };
#define LANE for (int v = 0; v < V; v++)

template <int V> DEVICE Vec<V> load(const float* p) {
  Vec<V> r;
  if constexpr (V == 4) {
    float4 q = *reinterpret_cast<const float4*>(p);
    r.v[0] = q.x, r.v[1] = q.y, r.v[2] = q.z, r.v[3] = q.w;
  } else {
    r.v[0] = *p;
  }
  return r;
}
template <int V> DEVICE void store(float* p, const Vec<V>& x) {
  if constexpr (V == 4) *reinterpret_cast<float4*>(p) = make_float4(x.v[0], x.v[1], x.v[2], x.v[3]);
  else *p = x.v[0];
}
template <int V> DEVICE void store(int* p, const int (&x)[V]) {
  if constexpr (V == 4) *reinterpret_cast<int4*>(p) = make_int4(x[0], x[1], x[2], x[3]);
  else *p = x[0];
}
// The values at p, or `other` where p is null.
template <int V> DEVICE Vec<V> load_or(const float* p, int at, float other) {
  if (p) return load<V>(p + at);
  Vec<V> r;
  LANE r.v[v] = other;
  return r;
}

// How many elements a call of flat's function is for.
template <int V> struct Width { static constexpr int value = V; };
#define WIDTH(w) constexpr int V = decltype(w)::value

// Calls f(width, index) for n elements, four at a time where `wide` says that all arrays are aligned.
template <class F> DEVICE void flat(int wide, int n, F f) {
  long long quads = wide ? n / 4 : 0;
  for (long long i = thread_index(); i < quads; i += thread_count()) f(Width<4>(), 4 * i);
  for (long long i = 4 * quads + thread_index(); i < n; i += thread_count()) f(Width<1>(), i);
}

// The first of this thread's channels.
template <int V> DEVICE int channel() { return (int)(blockIdx.x * blockDim.x + threadIdx.x) * V; }

// Calls f(offset of the thread's channels in a row) for the rows of a map.
template <int V, class F> DEVICE void each_row(int rows, int c, F f) {
  int at = channel<V>();
  if (at >= c) return;
  for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < rows; row += (long long)gridDim.y * blockDim.y)
    f(row * c + at);
}

// partial[slice, k, c] = sum over the rows of the block of two sums for each channel; scratch holds 2 V doubles a thread.
// All threads of the block must call it.
template <int V> DEVICE void block_sums(int c, const double (&first)[V], const double (&second)[V], double* scratch,
                                        double* partial) {
  int lanes = blockDim.x, rows = blockDim.y, threads = lanes * rows;
  int t = threadIdx.y * lanes + threadIdx.x;
  LANE {
    scratch[v * threads + t] = first[v];
    scratch[(V + v) * threads + t] = second[v];
  }
  __syncthreads();
  for (int i = t; i < 2 * V * lanes; i += threads) {
    int k = i / lanes, lane = i % lanes;
    double sum = 0.0;
    for (int row = 0; row < rows; row++) sum += scratch[k * threads + row * lanes + lane];
    int at = (int)(blockIdx.x * lanes + lane) * V + k % V;
    if (at < c) partial[(2LL * blockIdx.y + k / V) * c + at] = sum;
  }
}

#define FINISH_LANES 32
#define FINISH_ROWS 8
// The two sums over slices of partial [slices, 2, C] for channel blockIdx.x * FINISH_LANES + threadIdx.x; true in the
// threads that have them. Block FINISH_LANES x FINISH_ROWS, which must all call it.
DEVICE bool finish_sums(int slices, int c, const double* partial, double& first, double& second) {
  __shared__ double scratch[2][FINISH_ROWS][FINISH_LANES];
  int at = blockIdx.x * FINISH_LANES + threadIdx.x;
  first = second = 0.0;
  for (int s = threadIdx.y; at < c && s < slices; s += FINISH_ROWS) {
    first += partial[2LL * s * c + at];
    second += partial[(2LL * s + 1) * c + at];
  }
  scratch[0][threadIdx.y][threadIdx.x] = first;
  scratch[1][threadIdx.y][threadIdx.x] = second;
  __syncthreads();
  if (threadIdx.y != 0 || at >= c) return false;
  for (int k = 1; k < FINISH_ROWS; k++) {
    first += scratch[0][k][threadIdx.x];
    second += scratch[1][k][threadIdx.x];
  }
  return true;
}
DEVICE int finish_channel() { return blockIdx.x * FINISH_LANES + threadIdx.x; }
