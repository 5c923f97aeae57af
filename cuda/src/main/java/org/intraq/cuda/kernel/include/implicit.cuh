// Convolution and its adjoints as tiled products whose operands are gathered on the way, for tiles of any kind.
#pragma once
#include "convshape.cuh"
#include "tile.cuh"

// The tile of sums over (r, s, c) of windows of x times filters, rows (n, p, q) by columns o; blockIdx.z is the group.
// finish(tile, first channel of the group, pixels, its channels, first row, first column) takes it from there.
template <class Tile, int BM, int BN, class Finish>
DEVICE void forward_to(const Geometry& g, const float* x, const float* w, typename Tile::Word* shared, const Finish& finish) {
  int icg = g.ic / g.groups, ocg = g.oc / g.groups, group = blockIdx.z;
  int m = g.n * g.oh * g.ow, k = g.kh * g.kw * icg, across = (ocg + BN - 1) / BN;
  int row = blockIdx.x / across * BM, column = blockIdx.x % across * BN;
  Windows a{x + group * icg, g.h, g.w, g.ic, m, g.oh, g.ow, g.stride_h, g.stride_w, -g.pad_top, -g.pad_left,
            g.dilation_h, g.dilation_w, g.kw, icg, k, false};
  a.check();
  DenseAlongRows b(w + group * ocg, g.oc, ocg, k);
  Tile tile;
  run_tile(tile, a, b, row, column, 0, k, shared);
  finish(tile, group * ocg, m, ocg, row, column);
}

// y[(n, p, q), o], stored as it is.
template <class Tile, int BM, int BN>
DEVICE void forward(const Geometry& g, const float* x, const float* w, float* y, typename Tile::Word* shared) {
  forward_to<Tile, BM, BN>(g, x, w, shared, [&](const Tile& tile, int o, int m, int n, int row, int column) {
    tile.drain(StoreMatrix(y + o, g.oc, m, n, row, column));
  });
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

  template <class V>
  MEMBER void operator()(int i, int j, const V& v) const {
    int m = row + i, c = column + j;
    if (m >= places) return;
    int line = m / columns, n = line / rows;
    int h = (line - n * rows) * stride_h + phase_h, w = (m - line * columns) * stride_w + phase_w;
    float* to = p + ((long long)((n * height + h) * width + w) * pixel + c);
    if (vector && c + (int)(sizeof(V) / 4) <= channels) *reinterpret_cast<V*>(to) = v;
    else store_part(to, channels - c, v);
  }
};

// dx[(n, h, w), c] = sum over taps that reach (h, w) and over o of dy times filters. Pixels of one phase (h, w modulo the
// strides) share their taps, so that no product with a hole is made; blockIdx.z is (group, phase).
template <class Tile, int BM, int BN>
DEVICE void backward_input(const Geometry& g, const float* dy, const float* w, float* dx, typename Tile::Word* shared) {
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
DEVICE void backward_weights(const Geometry& g, int slice, const float* x, const float* dy, float* parts, typename Tile::Word* shared) {
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
