// Codes of one byte between the layers of a low-bit network, and its float ends with the CPU's bits: CodeMaps, the mean and
// the classifier of the CPU's vector kernels, operation by operation.
#include "channels.cuh"

// V neighbouring codes.
template <int V> DEVICE void get(const unsigned char* p, int (&c)[V]) {
  if constexpr (V == 4) {
    unsigned word = *reinterpret_cast<const unsigned*>(p);
    LANE c[v] = (int)(word >> 8 * v & 255u);
  } else {
    c[0] = *p;
  }
}
template <int V> DEVICE void put(unsigned char* p, const int (&c)[V]) {
  if constexpr (V == 4) {
    *reinterpret_cast<unsigned*>(p) = (unsigned)c[0] | (unsigned)c[1] << 8 | (unsigned)c[2] << 16 | (unsigned)c[3] << 24;
  } else {
    *p = (unsigned char)c[0];
  }
}

// NaN gives code 0.
KERNEL void quantize(int wide, int n, float m, float z, int half, const float* x, unsigned char* codes) {
  float highest = (float)(half - 1), lowest = -(float)half;
  flat(wide, n, [&](auto width, long long i) {
    WIDTH(width);
    Vec<V> f = load<V>(x + i);
    int c[V];
    LANE {
      float shifted = __fsub_rn(__fmul_rn(m, f.v[v]), z);
      c[v] = __float2int_rn(shifted > highest ? highest : shifted >= lowest ? shifted : lowest) + half;
    }
    put<V>(codes + i, c);
  });
}
KERNEL void values(int wide, int n, int zero, float m, const unsigned char* codes, float* y) {
  flat(wide, n, [&](auto width, long long i) {
    WIDTH(width);
    int c[V];
    get<V>(codes + i, c);
    Vec<V> f;
    LANE f.v[v] = __fdiv_rn(__int2float_rn(c[v] - zero), m);
    store<V>(y + i, f);
  });
}

// Window maxima; a thread makes V neighbouring channels of a pixel.
struct Pool { int n, h, w, c, kh, kw, sh, sw, top, left, oh, ow; };
template <int V> DEVICE void maxima(const Pool& s, const unsigned char* x, unsigned char* y) {
  unsigned groups = s.c / V, count = (unsigned)s.n * s.oh * s.ow * groups;
  for (unsigned i = (unsigned)thread_index(); i < count; i += (unsigned)thread_count()) {
    int pixel = (int)(i / groups), at = (int)(i % groups) * V, line = pixel / s.ow, image = line / s.oh;
    int top = (line - image * s.oh) * s.sh - s.top, left = (pixel - line * s.ow) * s.sw - s.left;
    int best[V] = {};
    for (int r = max(top, 0); r < min(top + s.kh, s.h); r++) {
      for (int k = max(left, 0); k < min(left + s.kw, s.w); k++) {
        int c[V];
        get<V>(x + (((long long)image * s.h + r) * s.w + k) * s.c + at, c);
        LANE best[v] = max(best[v], c[v]);
      }
    }
    put<V>(y + (long long)i * V, best);
  }
}
KERNEL void max_pool(int wide, Pool s, const unsigned char* x, unsigned char* y) {
  if (wide) maxima<4>(s, x, y);
  else maxima<1>(s, x, y);
}

// Every stride-th sample in the channels from `before` on, `fill` elsewhere.
struct Shortcut { int n, h, w, c, oh, ow, c2, stride, before; };
template <int V> DEVICE void samples(const Shortcut& s, int fill, const unsigned char* x, unsigned char* y) {
  unsigned groups = s.c2 / V, count = (unsigned)s.n * s.oh * s.ow * groups;
  for (unsigned i = (unsigned)thread_index(); i < count; i += (unsigned)thread_count()) {
    int pixel = (int)(i / groups), from = (int)(i % groups) * V - s.before, line = pixel / s.ow, image = line / s.oh;
    int row = (line - image * s.oh) * s.stride, column = (pixel - line * s.ow) * s.stride;
    int c[V];
    LANE c[v] = fill;
    if (from >= 0 && from < s.c) get<V>(x + (((long long)image * s.h + row) * s.w + column) * s.c + from, c);
    put<V>(y + (long long)i * V, c);
  }
}
KERNEL void subsample(int wide, Shortcut s, int fill, const unsigned char* x, unsigned char* y) {
  if (wide) samples<4>(s, fill, x, y);
  else samples<1>(s, fill, x, y);
}

// Rows of a plane whose sums are added up before they join the rest.
#define PLANE_ROWS 1024
// y [n, c] = mean over the plane: four chains, as AveragePool2dSimd has them; a thread a result.
KERNEL void average(int n, int plane, int c, const float* x, float* y) {
  long long count = (long long)n * c;
  float share = __fdiv_rn(1.0f, (float)plane);
  for (long long i = thread_index(); i < count; i += thread_count()) {
    const float* from = x + i / c * plane * c + i % c;
    float total = 0.0f;
    for (int first = 0; first < plane; first += PLANE_ROWS) {
      int rows = min(PLANE_ROWS, plane - first), row = 0;
      float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;
      for (; row + 4 <= rows; row += 4, from += 4 * c) {
        s0 = __fadd_rn(s0, from[0]);
        s1 = __fadd_rn(s1, from[c]);
        s2 = __fadd_rn(s2, from[2 * c]);
        s3 = __fadd_rn(s3, from[3 * c]);
      }
      for (; row < rows; row++, from += c) s0 = __fadd_rn(s0, from[0]);
      total = __fadd_rn(total, __fadd_rn(__fadd_rn(s0, s1), __fadd_rn(s2, s3)));
    }
    y[i] = __fmul_rn(total, share);
  }
}

// y [m, n] = x [m, k] w [k, n]; for every `block` terms one chain. A thread makes ROWS results of a column.
#define ROWS 4
KERNEL void product(int m, int n, int k, int block, const float* x, const float* w, float* y) {
  long long count = (long long)((m + ROWS - 1) / ROWS) * n;
  for (long long i = thread_index(); i < count; i += thread_count()) {
    int row = (int)(i / n) * ROWS, column = (int)(i % n), rows = min(ROWS, m - row);
    float total[ROWS] = {};
    for (int first = 0; first < k; first += block) {
      int end = min(k, first + block);
      float sum[ROWS] = {};
#pragma unroll 8
      for (int p = first; p < end; p++) {
        float weight = w[(long long)p * n + column];
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          // Rows beyond the last one repeat it.
          float value = x[(long long)(row + min(r, rows - 1)) * k + p];
          sum[r] = __fmaf_rn(value, weight, sum[r]);
        }
      }
#pragma unroll
      for (int r = 0; r < ROWS; r++) total[r] = first == 0 ? sum[r] : __fadd_rn(total[r], sum[r]);
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      if (r < rows) y[(long long)(row + r) * n + column] = total[r];
    }
  }
}
