// Parameter updates in place (ParameterUpdate on the CPU). Arrays do not overlap.
#include "channels.cuh"

// g = gradScale * grad + weightDecay * p; v = first ? g : momentum * v + g; p -= lr * (nesterov ? g + momentum * v : v).
// With momentum 0, v is null and p -= lr * g.
KERNEL void sgd(int wide, int n, float* __restrict__ p, const float* __restrict__ grad, float* __restrict__ velocity, float grad_scale, float lr, float momentum, float weight_decay, int nesterov, int first) {
  flat(wide, n, [&](auto width, long long i) {
    WIDTH(width);
    Vec<V> x = load<V>(p + i), g = load<V>(grad + i), u = {};
    if (velocity && !first) u = load<V>(velocity + i);
    LANE {
      g.v[v] = __fmaf_rn(weight_decay, x.v[v], __fmul_rn(grad_scale, g.v[v]));
      float direction = g.v[v];
      if (velocity) {
        u.v[v] = first ? g.v[v] : __fmaf_rn(momentum, u.v[v], g.v[v]);
        direction = nesterov ? __fmaf_rn(momentum, u.v[v], g.v[v]) : u.v[v];
      }
      x.v[v] = __fmaf_rn(-lr, direction, x.v[v]);
    }
    if (velocity) store<V>(velocity + i, u);
    store<V>(p + i, x);
  });
}

// m = b1 m + (1 - b1) g; s = b2 s + (1 - b2) g^2; p -= rate * m / (sqrt(s) / correction + eps), where
// rate = lr / (1 - b1^t) and correction = sqrt(1 - b2^t).
KERNEL void adam(int wide, int n, float* __restrict__ p, const float* __restrict__ grad, float* __restrict__ m, float* __restrict__ s, float rate, float correction, float beta1, float beta2, float eps) {
  float rest1 = (float)(1.0 - beta1), rest2 = (float)(1.0 - beta2);
  flat(wide, n, [&](auto width, long long i) {
    WIDTH(width);
    Vec<V> x = load<V>(p + i), g = load<V>(grad + i), mean = load<V>(m + i), square = load<V>(s + i);
    LANE {
      mean.v[v] = __fmaf_rn(beta1, mean.v[v], __fmul_rn(rest1, g.v[v]));
      square.v[v] = __fmaf_rn(beta2, square.v[v], __fmul_rn(__fmul_rn(rest2, g.v[v]), g.v[v]));
      float deviation = __fadd_rn(__fdiv_rn(__fsqrt_rn(square.v[v]), correction), eps);
      x.v[v] = __fsub_rn(x.v[v], __fdiv_rn(__fmul_rn(rate, mean.v[v]), deviation));
    }
    store<V>(m + i, mean);
    store<V>(s + i, square);
    store<V>(p + i, x);
  });
}
