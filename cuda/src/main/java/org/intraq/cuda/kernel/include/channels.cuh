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
