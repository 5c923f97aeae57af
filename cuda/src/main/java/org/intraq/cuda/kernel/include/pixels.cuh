// Neighbouring channels of a pixel of an NHWC tensor in registers.
#pragma once
#include "intraq.cuh"

// V neighbouring channels in registers.
template <int V>
struct Channels {
  float v[V];
};
template <int V>
DEVICE Channels<V> load(const float* p) {
  Channels<V> c;
  if constexpr (V == 4) {
    float4 all = *reinterpret_cast<const float4*>(p);
    c.v[0] = all.x;
    c.v[1] = all.y;
    c.v[2] = all.z;
    c.v[3] = all.w;
  } else if constexpr (V == 2) {
    float2 all = *reinterpret_cast<const float2*>(p);
    c.v[0] = all.x;
    c.v[1] = all.y;
  } else {
    c.v[0] = p[0];
  }
  return c;
}
template <int V>
DEVICE void store(float* p, const Channels<V>& c) {
  if constexpr (V == 4) *reinterpret_cast<float4*>(p) = make_float4(c.v[0], c.v[1], c.v[2], c.v[3]);
  else if constexpr (V == 2) *reinterpret_cast<float2*>(p) = make_float2(c.v[0], c.v[1]);
  else p[0] = c.v[0];
}
template <int V>
DEVICE Channels<V> nothing() {
  Channels<V> c;
#pragma unroll
  for (int i = 0; i < V; i++) c.v[i] = 0.0f;
  return c;
}
template <int V>
DEVICE void add_product(Channels<V>& sum, const Channels<V>& a, const Channels<V>& b) {
#pragma unroll
  for (int i = 0; i < V; i++) sum.v[i] = __fmaf_rn(a.v[i], b.v[i], sum.v[i]);
}
