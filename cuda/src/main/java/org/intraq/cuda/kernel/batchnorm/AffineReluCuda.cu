// Affine map of each channel, residual sum and rectifier in one pass over z [rows, C], and the way back. Outputs may be the
// same window as an input (each thread reads an element before it writes it), so no pointer is restricted.
#include "channelsums.cuh"

template <int V> DEVICE void forward(int rows, int c, const float* z, const float* scale, const float* shift,
                                     const float* residual, float cap, float* y) {
  int at = channel<V>();
  if (at >= c) return;
  Vec<V> f = load<V>(scale + at), o = load<V>(shift + at);
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> q = load<V>(z + i);
    LANE q.v[v] = __fmaf_rn(q.v[v], f.v[v], o.v[v]);
    if (residual) {
      Vec<V> r = load<V>(residual + i);
      LANE q.v[v] = __fadd_rn(q.v[v], r.v[v]);
    }
    LANE q.v[v] = rectify(q.v[v], cap);
    store<V>(y + i, q);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) affine_relu(int wide, int rows, int c, const float* z, const float* scale, const float* shift, const float* residual, float cap, float* y) {
  if (wide) forward<4>(rows, c, z, scale, shift, residual, cap, y);
  else forward<1>(rows, c, z, scale, shift, residual, cap, y);
}

// dz = scale g + c0 + c1 z with g = dy where 0 < y < cap, and dr = g; a null c0 leaves both terms out, a null dz or dr is
// not written.
template <int V> DEVICE void mask(Vec<V>& g, const Vec<V>& open, float cap) {
  LANE g.v[v] = open.v[v] > 0.0f && open.v[v] < cap ? g.v[v] : 0.0f;
}
template <int V> DEVICE void write(const Vec<V>& g, const Vec<V>& q, const Vec<V>& f, const Vec<V>& o, const Vec<V>& p,
                                   bool moments, float* dz, float* dr, long long i) {
  if (dz) {
    Vec<V> d;
    LANE d.v[v] = moments ? __fmaf_rn(f.v[v], g.v[v], __fmaf_rn(p.v[v], q.v[v], o.v[v])) : __fmul_rn(f.v[v], g.v[v]);
    store<V>(dz + i, d);
  }
  if (dr) store<V>(dr + i, g);
}

template <int V> DEVICE void backward(int rows, int c, const float* dy, const float* y, float cap, const float* z,
                                      const float* scale, const float* c0, const float* c1, float* dz, float* dr) {
  int at = channel<V>();
  if (at >= c) return;
  Vec<V> f = load<V>(scale + at), o = load_or<V>(c0, at, 0.0f), p = load_or<V>(c1, at, 0.0f);
  each_row<V>(rows, c, [&](long long i) {
    Vec<V> g = load<V>(dy + i), open = load<V>(y + i), q = g;
    if (c0) q = load<V>(z + i);
    mask<V>(g, open, cap);
    write<V>(g, q, f, o, p, c0 != nullptr, dz, dr, i);
  });
}
KERNEL void __launch_bounds__(CHANNEL_THREADS) affine_relu_backward(int wide, int rows, int c, const float* dy, const float* y, float cap, const float* z, const float* scale, const float* c0, const float* c1, float* dz, float* dr) {
  if (wide) backward<4>(rows, c, dy, y, cap, z, scale, c0, c1, dz, dr);
  else backward<1>(rows, c, dy, y, cap, z, scale, c0, c1, dz, dr);
}

// The same, with the sums of g (z - center) and of g.
template <int V, int N> DEVICE void backward_with_sums(int rows, int c, int slice_rows, const float* dy, const float* y, float cap,
                                                       const float* z, const float* center, const float* scale,
                                                       const float* c0, const float* c1, float* dz, float* dr,
                                                       float* d_scale, float* d_shift, double* scratch, double* partial) {
  int at = channel<V>();
  Slice in = slice(rows, slice_rows);
  double product[V] = {}, sum[V] = {};
  if (at < c) {
    Vec<V> m = load_or<V>(center, at, 0.0f), f = load_or<V>(dz ? scale : nullptr, at, 0.0f);
    Vec<V> o = load_or<V>(dz ? c0 : nullptr, at, 0.0f), k1 = load_or<V>(dz ? c1 : nullptr, at, 0.0f);
    long long down = blockDim.y;
    for (long long row = in.from; row < in.to; row += CHUNK * down) {
      float p[V] = {}, s[V] = {};
#pragma unroll
      for (int j = 0; j < CHUNK; j += N) {
        Vec<V> g[N], open[N], q[N];
#pragma unroll
        EACH {
          long long r = row + (j + k) * down, i = r * c + at;
          if (r < in.to) g[k] = load<V>(dy + i), open[k] = load<V>(y + i), q[k] = load<V>(z + i);
        }
#pragma unroll
        EACH {
          long long r = row + (j + k) * down;
          if (r >= in.to) break;
          mask<V>(g[k], open[k], cap);
          write<V>(g[k], q[k], f, o, k1, c0 != nullptr, dz, dr, r * c + at);
          LANE {
            p[v] = __fmaf_rn(g[k].v[v], __fsub_rn(q[k].v[v], m.v[v]), p[v]);
            s[v] = __fadd_rn(s[v], g[k].v[v]);
          }
        }
      }
      LANE product[v] += p[v], sum[v] += s[v];
    }
  }
  total_sums<V>(c, product, sum, scratch, partial, [&](int at, double product, double sum) {
    d_scale[at] = (float)product;
    d_shift[at] = (float)sum;
  });
}
#define MASKED_ROWS 2
KERNEL void __launch_bounds__(SUM_THREADS) affine_relu_sums(int wide, int rows, int c, int slice_rows, const float* dy, const float* y, float cap, const float* z, const float* center, const float* scale, const float* c0, const float* c1, float* dz, float* dr, float* d_scale, float* d_shift, double* partial) {
  __shared__ double scratch[8 * SUM_THREADS];
  if (wide) backward_with_sums<4, MASKED_ROWS>(rows, c, slice_rows, dy, y, cap, z, center, scale, c0, c1, dz, dr, d_scale, d_shift, scratch, partial);
  else backward_with_sums<1, MASKED_ROWS>(rows, c, slice_rows, dy, y, cap, z, center, scale, c0, c1, dz, dr, d_scale, d_shift, scratch, partial);
}
