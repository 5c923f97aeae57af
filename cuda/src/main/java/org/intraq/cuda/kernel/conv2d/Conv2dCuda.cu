// Convolution as a matrix product whose operands are gathered on the way (implicit GEMM), NHWC, any stride, padding,
// dilation and groups; exact f32 multiply-adds. See package-info for tiles and cost.
#include "convshape.cuh"
#include "tile.cuh"

// y[(n, p, q), o] = sum over (r, s, c) of windows of x times filters; blockIdx.z is the group.
template <class Tile, int BM, int BN>
DEVICE void forward(const Geometry& g, const float* x, const float* w, float* y, float* shared) {
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, group = blockIdx.z;
  int m = g.n * g.oh * g.ow, k = g.kh * g.kw * icg, across = (ocg + BN - 1) / BN;
  int row = blockIdx.x / across * BM, column = blockIdx.x % across * BN;
  Windows a{x + group * icg, g.h, g.w, g.ic, m, g.oh, g.ow, g.stride_h, g.stride_w, -g.pad_top, -g.pad_left,
            g.dilation_h, g.dilation_w, g.kw, icg, k, false};
  a.check();
  DenseAlongRows b(w + group * ocg, g.oc, ocg, k);
  Tile tile;
  run_tile(tile, a, b, row, column, 0, k, shared);
  tile.drain(StoreMatrix(y + group * ocg, g.oc, m, ocg, row, column));
}

// The taps r of a filter that reach input rows i * stride + phase: r = first + j * step, count of them; row i + offset - j * back
// of the output is what tap j reads.
struct Phase {
  int first, step, count, offset, back;
};
DEVICE Phase phase_of(int phase, int kernel, int stride, int pad, int dilation) {
  Phase p{kernel, 1, 0, 0, 0};
  for (int r = kernel - 1; r >= 0; r--) {
    if ((phase + pad - r * dilation) % stride == 0) {
      p.step = p.first - r;
      p.first = r;
      p.count++;
    }
  }
  if (p.count == 0) return p;
  if (p.count == 1) p.step = 1;
  p.offset = (phase + pad - p.first * dilation) / stride;
  p.back = p.step * dilation / stride;
  return p;
}

// Stores rows (n, i, j) of a phase to the pixels of dx that they are.
struct StorePhase {
  float* p;
  int places, rows, columns, height, width, stride_h, stride_w, phase_h, phase_w, pixel, channels, row, column;
  bool vector;

  MEMBER void operator()(int i, int j, const float4& v) const {
    int m = row + i, c = column + j;
    if (m >= places) return;
    int line = m / columns, n = line / rows;
    int h = (line - n * rows) * stride_h + phase_h, w = (m - line * columns) * stride_w + phase_w;
    float* to = p + ((long long)((n * height + h) * width + w) * pixel + c);
    if (vector && c + 3 < channels) *reinterpret_cast<float4*>(to) = v;
    else store_part(to, channels - c, v);
  }
};

// dx[(n, h, w), c] = sum over taps that reach (h, w) and over o of dy times filters. Pixels of one phase (h, w modulo the
// strides) share their taps, so that no product with a hole is made; blockIdx.z is (group, phase).
template <class Tile, int BM, int BN>
DEVICE void backward_input(const Geometry& g, const float* dy, const float* w, float* dx, float* shared) {
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, across = (icg + BN - 1) / BN;
  int phase = blockIdx.z % (g.stride_h * g.stride_w), group = blockIdx.z / (g.stride_h * g.stride_w);
  int phase_h = phase / g.stride_w, phase_w = phase % g.stride_w;
  int rows = (g.h - phase_h + g.stride_h - 1) / g.stride_h, columns = (g.w - phase_w + g.stride_w - 1) / g.stride_w;
  int m = g.n * rows * columns, row = blockIdx.x / across * BM, column = blockIdx.x % across * BN;
  if (row >= m) return;
  Phase v = phase_of(phase_h, g.kh, g.stride_h, g.pad_top, g.dilation_h);
  Phase u = phase_of(phase_w, g.kw, g.stride_w, g.pad_left, g.dilation_w);
  int k = v.count * u.count * ocg, taps = u.count > 0 ? u.count : 1;
  Windows a{dy + group * ocg, g.oh, g.ow, g.oc, m, rows, columns, 1, 1, v.offset, u.offset, -v.back, -u.back, taps, ocg, k, false};
  FilterRows b{w + group * ocg, g.kw, icg, g.oc, v.first, u.first, v.step, u.step, taps, ocg, k, false};
  a.check();
  b.check();
  Tile tile;
  run_tile(tile, a, b, row, column, 0, k, shared);
  bool vector = icg % 4 == 0 && aligned16(dx);
  tile.drain(StorePhase{dx + group * icg, m, rows, columns, g.h, g.w, g.stride_h, g.stride_w, phase_h, phase_w, g.ic, icg,
                        row, column, vector});
}

// parts[slice, (r, s, c), o] = sum over the slice's pixels (n, p, q) of x times dy; blockIdx.y is the slice, blockIdx.z the group.
template <class Tile, int BM, int BN>
DEVICE void backward_weights(const Geometry& g, int slice, const float* x, const float* dy, float* parts, float* shared) {
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, group = blockIdx.z, across = (ocg + BN - 1) / BN;
  int m = g.kh * g.kw * icg, row = blockIdx.x / across * BM, column = blockIdx.x % across * BN;
  int first = blockIdx.y * slice, end = min(first + slice, g.n * g.oh * g.ow);
  WindowColumns a{x + group * icg, g.h, g.w, g.ic, g.oh, g.ow, g.stride_h, g.stride_w, -g.pad_top, -g.pad_left,
                  g.dilation_h, g.dilation_w, g.kw, icg, m, end, false};
  a.check();
  DenseAlongRows b(dy + group * ocg, g.oc, ocg, end);
  Tile tile;
  run_tile(tile, a, b, row, column, first, end, shared);
  tile.drain(StoreMatrix(parts + (long long)blockIdx.y * m * g.oc + group * ocg, g.oc, m, ocg, row, column));
}

#define TILE(BM, BN, TN)                 \
  typedef FloatTile<BM, BN, 8, TN> Tile; \
  __align__(16) __shared__ float shared[2 * Tile::WORDS]
#define FORWARD(BM, BN, TN) TILE(BM, BN, TN); forward<Tile, BM, BN>(g, x, w, y, shared)
#define BACKWARD_INPUT(BM, BN, TN) TILE(BM, BN, TN); backward_input<Tile, BM, BN>(g, dy, w, dx, shared)
#define BACKWARD_WEIGHTS(BM, BN, TN) TILE(BM, BN, TN); backward_weights<Tile, BM, BN>(g, slice, x, dy, parts, shared)

KERNEL void __launch_bounds__(256, 2) forward_128(Geometry g, const float* x, const float* w, float* y) { FORWARD(128, 128, 8); }
KERNEL void __launch_bounds__(64) forward_64(Geometry g, const float* x, const float* w, float* y) { FORWARD(64, 64, 8); }
KERNEL void __launch_bounds__(128) forward_32(Geometry g, const float* x, const float* w, float* y) { FORWARD(128, 32, 4); }
KERNEL void __launch_bounds__(64) forward_16(Geometry g, const float* x, const float* w, float* y) { FORWARD(128, 16, 4); }
KERNEL void __launch_bounds__(256, 2) backward_input_128(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(128, 128, 8); }
KERNEL void __launch_bounds__(64) backward_input_64(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(64, 64, 8); }
KERNEL void __launch_bounds__(128) backward_input_32(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(128, 32, 4); }
KERNEL void __launch_bounds__(64) backward_input_16(Geometry g, const float* dy, const float* w, float* dx) { BACKWARD_INPUT(128, 16, 4); }
KERNEL void __launch_bounds__(256, 2) backward_weights_128(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(128, 128, 8); }
KERNEL void __launch_bounds__(64) backward_weights_64(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(64, 64, 8); }
KERNEL void __launch_bounds__(128) backward_weights_32(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(128, 32, 4); }
KERNEL void __launch_bounds__(64) backward_weights_16(Geometry g, int slice, const float* x, const float* dy, float* parts) { BACKWARD_WEIGHTS(128, 16, 4); }

// dw = beta * dw + the sum over slices, in their order and in double, of parts [slices, n].
KERNEL void weights_finish(int n, int slices, const float* parts, float beta, float* dw) {
  for (long long i = thread_index(); i < n; i += thread_count()) {
    double sum = 0.0;
    for (int s = 0; s < slices; s++) sum += parts[(long long)s * n + i];
    dw[i] = beta == 0.0f ? (float)sum : __fmaf_rn(beta, dw[i], (float)sum);
  }
}

// y[.., c] = x[.., c] + bias[c]; y may be x.
KERNEL void add_bias(int n, int channels, const float* x, const float* bias, float* y) {
  if (channels % 4 == 0 && aligned16(x) && aligned16(y)) {
    for (long long i = 4 * thread_index(); i < n; i += 4 * thread_count()) {
      float4 v = *reinterpret_cast<const float4*>(x + i);
      const float* b = bias + i % channels;
      *reinterpret_cast<float4*>(y + i) =
          make_float4(__fadd_rn(v.x, b[0]), __fadd_rn(v.y, b[1]), __fadd_rn(v.z, b[2]), __fadd_rn(v.w, b[3]));
    }
  } else {
    for (long long i = thread_index(); i < n; i += thread_count()) y[i] = __fadd_rn(x[i], bias[i % channels]);
  }
}
