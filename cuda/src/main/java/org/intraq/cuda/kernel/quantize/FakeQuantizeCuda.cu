// The asymmetric min-max quantizer (AffineQuantizer on the CPU), operation by operation: the same bits. NaN gives NaN, and
// the code 0. Outputs may be inputs, element by element.
#include "channels.cuh"

struct Quantizer { float multiplier, offset, lowest, highest; };
DEVICE Quantizer quantizer(float lo, float hi, int bits) {
  float reciprocal = __fdiv_rn(1.0f, java_max(__fsub_rn(hi, lo), 1e-8f));
  float multiplier = __fmul_rn((float)((1 << bits) - 1), reciprocal), half = (float)(1 << (bits - 1));
  return {multiplier, __fadd_rn(rintf(__fmul_rn(multiplier, lo)), half), -half, half - 1.0f};
}
DEVICE float rounded(const Quantizer& q, float x) { return rintf(__fsub_rn(__fmul_rn(q.multiplier, x), q.offset)); }
DEVICE float code(const Quantizer& q, float x) {
  float r = rounded(q, x);
  r = r < q.lowest ? q.lowest : r;
  return r > q.highest ? q.highest : r;
}
DEVICE float value(const Quantizer& q, float x) { return __fdiv_rn(__fadd_rn(code(q, x), q.offset), q.multiplier); }
DEVICE float mask(const Quantizer& q, float x, float dy) {
  float r = rounded(q, x);
  return r >= q.lowest && r <= q.highest ? dy : 0.0f;
}
template <int V> DEVICE void store_codes(signed char* codes, const int (&c)[V]) {
  if constexpr (V == 4) *reinterpret_cast<char4*>(codes) = make_char4(c[0], c[1], c[2], c[3]);
  else *codes = (signed char)c[0];
}

// One range {lo, hi}.
KERNEL void fake_quantize(int wide, int n, const float* range, int bits, const float* x, float* y) {
  Quantizer q = quantizer(range[0], range[1], bits);
  flat(wide, n, [&](auto width, long long i) {
    WIDTH(width);
    Vec<V> r = load<V>(x + i);
    LANE r.v[v] = value(q, r.v[v]);
    store<V>(y + i, r);
  });
}
KERNEL void fake_quantize_mask(int wide, int n, const float* range, int bits, const float* x, const float* dy, float* dx) {
  Quantizer q = quantizer(range[0], range[1], bits);
  flat(wide, n, [&](auto width, long long i) {
    WIDTH(width);
    Vec<V> r = load<V>(x + i), g = load<V>(dy + i);
    LANE g.v[v] = mask(q, r.v[v], g.v[v]);
    store<V>(dx + i, g);
  });
}
KERNEL void codes(int wide, int n, const float* range, int bits, const float* x, signed char* y) {
  Quantizer q = quantizer(range[0], range[1], bits);
  flat(wide, n, [&](auto width, long long i) {
    WIDTH(width);
    Vec<V> r = load<V>(x + i);
    int c[V];
    LANE c[v] = __float2int_rn(code(q, r.v[v]));
    store_codes<V>(y + i, c);
  });
}

// A range for each channel, ranges [2, C], of w [rows, C].
template <int V> DEVICE void quantizers(int c, const float* ranges, int bits, Quantizer (&q)[V]) {
  int at = channel<V>();
  if (at >= c) return;
  Vec<V> lo = load<V>(ranges + at), hi = load<V>(ranges + c + at);
  LANE q[v] = quantizer(lo.v[v], hi.v[v], bits);
}
template <int V> DEVICE void channel_values(int rows, int c, const float* ranges, int bits, const float* w, float* y) {
  Quantizer q[V];
  quantizers<V>(c, ranges, bits, q);
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> r = load<V>(w + i);
    LANE r.v[v] = value(q[v], r.v[v]);
    store<V>(y + i, r);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) fake_quantize_channels(int wide, int rows, int c, const float* ranges, int bits, const float* w, float* y) {
  if (wide) channel_values<4>(rows, c, ranges, bits, w, y);
  else channel_values<1>(rows, c, ranges, bits, w, y);
}
template <int V> DEVICE void channel_masks(int rows, int c, const float* ranges, int bits, const float* w, const float* dy,
                                           float* dw) {
  Quantizer q[V];
  quantizers<V>(c, ranges, bits, q);
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> r = load<V>(w + i), g = load<V>(dy + i);
    LANE g.v[v] = mask(q[v], r.v[v], g.v[v]);
    store<V>(dw + i, g);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) fake_quantize_channels_mask(int wide, int rows, int c, const float* ranges, int bits, const float* w, const float* dy, float* dw) {
  if (wide) channel_masks<4>(rows, c, ranges, bits, w, dy, dw);
  else channel_masks<1>(rows, c, ranges, bits, w, dy, dw);
}
template <int V> DEVICE void channel_codes(int rows, int c, const float* ranges, int bits, const float* w, signed char* y) {
  Quantizer q[V];
  quantizers<V>(c, ranges, bits, q);
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> r = load<V>(w + i);
    int k[V];
    LANE k[v] = __float2int_rn(code(q[v], r.v[v]));
    store_codes<V>(y + i, k);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) codes_channels(int wide, int rows, int c, const float* ranges, int bits, const float* w, signed char* y) {
  if (wide) channel_codes<4>(rows, c, ranges, bits, w, y);
  else channel_codes<1>(rows, c, ranges, bits, w, y);
}
