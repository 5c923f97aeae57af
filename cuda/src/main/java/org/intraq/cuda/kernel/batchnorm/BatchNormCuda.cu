// Batch statistics and BatchNorm over x [rows, C]. Sums: CHUNK rows in single precision about their own mean, then double
// about x[0, c], which all slices share. The squared distance of any sample from the mean is at most `rows` variances, so
// taking the mean off in the end loses at most log2(rows) of double's 53 bits, however large the mean is.
#include "channelsums.cuh"

// Adds n of the N rows in q to the sums about origin.
template <int V, int N> DEVICE void add_chunk(int n, const Vec<V> (&q)[N], const Vec<V>& origin, double (&sum)[V],
                                              double (&squares)[V]) {
  double share = 1.0 / n;
#pragma unroll
  LANE {
    float mean = 0.0f, first = 0.0f, second = 0.0f;
#pragma unroll
    for (int k = 0; k < N; k++) if (k < n) mean = __fadd_rn(mean, q[k].v[v]);
    mean = __fmul_rn(mean, (float)share);
#pragma unroll
    for (int k = 0; k < N; k++) {
      float d = k < n ? __fsub_rn(q[k].v[v], mean) : 0.0f;
      first = __fadd_rn(first, d);
      second = __fmaf_rn(d, d, second);
    }
    double moved = ((double)mean - origin.v[v]) + first * share;
    sum[v] += n * moved;
    squares[v] += (second - (double)first * first * share) + n * moved * moved;
  }
}
template <int V, int N, class F> DEVICE void sum_moments(int rows, int c, int slice_rows, const float* x, double* scratch,
                                                         double* partial, F finish) {
  int at = channel<V>();
  Slice s = slice(rows, slice_rows);
  double sum[V] = {}, squares[V] = {};
  if (at < c) {
    Vec<V> origin = load<V>(x + at), q[N];
    long long row = s.from, down = blockDim.y;
    for (; row + (N - 1) * down < s.to; row += N * down) {
#pragma unroll
      for (int k = 0; k < N; k++) q[k] = load<V>(x + (row + k * down) * c + at);
      add_chunk<V, N>(N, q, origin, sum, squares);
    }
    int n = 0;
#pragma unroll
    for (int k = 0; k < N; k++) if (row + k * down < s.to) q[k] = load<V>(x + (row + k * down) * c + at), n++;
    if (n > 0) add_chunk<V, N>(n, q, origin, sum, squares);
  }
  total_sums<V>(c, sum, squares, scratch, partial, finish);
}
// Mean and biased variance; where gamma is given also factor = gamma / sqrt(variance + eps). partial[slice, c, 2] = sums of
// x - x[0, c] and of its square.
KERNEL void __launch_bounds__(SUM_THREADS) moments(int wide, int rows, int c, int slice_rows, const float* x, float* mean, float* variance, const float* gamma, float eps, float* factor, double* partial) {
  __shared__ double scratch[8 * SUM_THREADS];
  auto finish = [&](int at, double sum, double squares) {
    double spread = (squares - sum * sum / rows) / rows;
    spread = spread < 0.0 ? 0.0 : spread;
    float rounded = (float)spread;
    mean[at] = (float)((double)x[at] + sum / rows);
    variance[at] = rounded;
    if (gamma) factor[at] = (float)(gamma[at] / sqrt((double)rounded + eps));
  };
  if (wide) sum_moments<4, CHUNK>(rows, c, slice_rows, x, scratch, partial, finish);
  else sum_moments<1, CHUNK>(rows, c, slice_rows, x, scratch, partial, finish);
}

// The sums of dy * (x - center) and of dy; a null center is 0.
template <int V, int N, class F> DEVICE void sum_products(int rows, int c, int slice_rows, const float* x, const float* center,
                                                      const float* dy, double* scratch, double* partial, F finish) {
  int at = channel<V>();
  Slice in = slice(rows, slice_rows);
  double sum[V] = {}, product[V] = {};
  if (at < c) {
    Vec<V> middle = load_or<V>(center, at, 0.0f);
    long long down = blockDim.y;
    for (long long row = in.from; row < in.to; row += CHUNK * down) {
      float s[V] = {}, p[V] = {};
#pragma unroll
      for (int j = 0; j < CHUNK; j += N) {
        Vec<V> q[N], g[N];
#pragma unroll
        EACH {
          long long r = row + (j + k) * down;
          if (r < in.to) q[k] = load<V>(x + r * c + at), g[k] = load<V>(dy + r * c + at);
        }
#pragma unroll
        EACH {
          if (row + (j + k) * down >= in.to) break;
          LANE {
            p[v] = __fmaf_rn(g[k].v[v], __fsub_rn(q[k].v[v], middle.v[v]), p[v]);
            s[v] = __fadd_rn(s[v], g[k].v[v]);
          }
        }
      }
      LANE product[v] += p[v], sum[v] += s[v];
    }
  }
  total_sums<V>(c, product, sum, scratch, partial, finish);
}
#define PRODUCT_ROWS 4
KERNEL void __launch_bounds__(SUM_THREADS) products(int wide, int rows, int c, int slice_rows, const float* x, const float* dy, float* product_sums, float* sums, double* partial) {
  __shared__ double scratch[8 * SUM_THREADS];
  auto finish = [&](int at, double product, double sum) {
    product_sums[at] = (float)product;
    sums[at] = (float)sum;
  };
  if (wide) sum_products<4, PRODUCT_ROWS>(rows, c, slice_rows, x, nullptr, dy, scratch, partial, finish);
  else sum_products<1, PRODUCT_ROWS>(rows, c, slice_rows, x, nullptr, dy, scratch, partial, finish);
}
// dGamma, dBeta, and [3, C] coefficients of dx = a dy + b (x - mean) + o.
KERNEL void __launch_bounds__(SUM_THREADS) train_sums(int wide, int rows, int c, int slice_rows, const float* x, const float* mean, const float* dy, const float* gamma, const float* variance, float eps, float* d_gamma, float* d_beta, float* coefficients, double* partial) {
  __shared__ double scratch[8 * SUM_THREADS];
  auto finish = [&](int at, double product, double sum) {
    double inverse = 1.0 / sqrt((double)variance[at] + eps), scale = gamma[at] * inverse;
    product *= inverse;
    coefficients[at] = (float)scale;
    coefficients[c + at] = (float)(-scale * inverse * product / rows);
    coefficients[2 * c + at] = (float)(-scale * sum / rows);
    d_gamma[at] = (float)product;
    d_beta[at] = (float)sum;
  };
  if (wide) sum_products<4, PRODUCT_ROWS>(rows, c, slice_rows, x, mean, dy, scratch, partial, finish);
  else sum_products<1, PRODUCT_ROWS>(rows, c, slice_rows, x, mean, dy, scratch, partial, finish);
}

// y = (x - center) * factor + offset; a null center or offset is 0.
template <int V> DEVICE void centered(int rows, int c, const float* x, const float* center, const float* factor,
                                      const float* offset, float* y) {
  int at = channel<V>();
  if (at >= c) return;
  Vec<V> m = load_or<V>(center, at, 0.0f), f = load<V>(factor + at), o = load_or<V>(offset, at, 0.0f);
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> q = load<V>(x + i);
    LANE {
      float d = center ? __fsub_rn(q.v[v], m.v[v]) : q.v[v];
      q.v[v] = offset ? __fmaf_rn(d, f.v[v], o.v[v]) : __fmul_rn(d, f.v[v]);
    }
    store<V>(y + i, q);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) centered_affine(int wide, int rows, int c, const float* x, const float* center, const float* factor, const float* offset, float* y) {
  if (wide) centered<4>(rows, c, x, center, factor, offset, y);
  else centered<1>(rows, c, x, center, factor, offset, y);
}
// dx = (dMean + 2 (x - mean) dVariance) / rows.
template <int V> DEVICE void moment_gradient(int rows, int c, const float* x, const float* mean, const float* d_mean,
                                             const float* d_variance, float* dx) {
  int at = channel<V>();
  if (at >= c) return;
  Vec<V> m = load<V>(mean + at), o = load<V>(d_mean + at), f = load<V>(d_variance + at);
  LANE {
    o.v[v] = (float)((double)o.v[v] / rows);
    f.v[v] = (float)(2.0 * f.v[v] / rows);
  }
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> q = load<V>(x + i);
    LANE q.v[v] = __fmaf_rn(__fsub_rn(q.v[v], m.v[v]), f.v[v], o.v[v]);
    store<V>(dx + i, q);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) moment_backward(int wide, int rows, int c, const float* x, const float* mean, const float* d_mean, const float* d_variance, float* dx) {
  if (wide) moment_gradient<4>(rows, c, x, mean, d_mean, d_variance, dx);
  else moment_gradient<1>(rows, c, x, mean, d_mean, d_variance, dx);
}
template <int V> DEVICE void train_gradient(int rows, int c, const float* x, const float* mean, const float* dy,
                                            const float* coefficients, float* dx) {
  int at = channel<V>();
  if (at >= c) return;
  Vec<V> m = load<V>(mean + at);
  Vec<V> a = load<V>(coefficients + at), b = load<V>(coefficients + c + at), o = load<V>(coefficients + 2 * c + at);
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> q = load<V>(x + i), g = load<V>(dy + i);
    LANE q.v[v] = __fmaf_rn(a.v[v], g.v[v], __fmaf_rn(b.v[v], __fsub_rn(q.v[v], m.v[v]), o.v[v]));
    store<V>(dx + i, q);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) train_backward(int wide, int rows, int c, const float* x, const float* mean, const float* dy, const float* coefficients, float* dx) {
  if (wide) train_gradient<4>(rows, c, x, mean, dy, coefficients, dx);
  else train_gradient<1>(rows, c, x, mean, dy, coefficients, dx);
}

// One channel a thread; outputs may be inputs, element by element.
KERNEL void fold(int c, const float* gamma, const float* beta, const float* mean, const float* variance, float eps, float* scale, float* shift) {
  for (long long j = thread_index(); j < c; j += thread_count()) {
    double factor = gamma[j] / sqrt((double)variance[j] + eps);
    float moved = (float)(beta[j] - mean[j] * factor);
    scale[j] = (float)factor;
    shift[j] = moved;
  }
}
KERNEL void fold_backward(int c, const float* d_scale, const float* d_shift, const float* mean, const float* variance, float eps, float* d_gamma, float* d_beta) {
  for (long long j = thread_index(); j < c; j += thread_count()) {
    float gradient = d_shift[j];
    double centered = d_scale[j] - (double)mean[j] * gradient;
    d_gamma[j] = (float)(centered / sqrt((double)variance[j] + eps));
    d_beta[j] = gradient;
  }
}
