// Lengths and cosines of rows; sums in double. A gradient may be the very window of an input: sums come before the first
// write, and each element is read before it is written.
#include "rows.cuh"

DEVICE double dot(int columns, const float* a, const float* b) {
  return row_sum(columns, [&](int c) { return (double)a[c] * b[c]; });
}
DEVICE double at_least(double length, float eps) { return length != length || length > eps ? length : eps; }

KERNEL void __launch_bounds__(ROW_THREADS) l2_normalize(int rows, int columns, const float* x, float eps, float* y) {
  each_warp_row(rows, [&](long long row) {
    const float* xs = x + row * columns;
    double length = at_least(sqrt(dot(columns, xs, xs)), eps);
    each_column(columns, [&](int c) { y[row * columns + c] = (float)(xs[c] / length); });
  });
}
KERNEL void __launch_bounds__(ROW_THREADS) l2_normalize_backward(int rows, int columns, const float* x, float eps, const float* dy, float* dx) {
  each_warp_row(rows, [&](long long row) {
    const float *xs = x + row * columns, *dys = dy + row * columns;
    double square = dot(columns, xs, xs), product = dot(columns, xs, dys);
    double length = at_least(sqrt(square), eps), along = sqrt(square) <= eps ? 0.0 : product / square;
    each_column(columns, [&](int c) { dx[row * columns + c] = (float)((dys[c] - along * xs[c]) / length); });
  });
}
KERNEL void __launch_bounds__(ROW_THREADS) cosine(int rows, int columns, const float* a, const float* b, float eps, float* y) {
  each_warp_row(rows, [&](long long row) {
    const float *as = a + row * columns, *bs = b + row * columns;
    double a_length = at_least(sqrt(dot(columns, as, as)), eps), b_length = at_least(sqrt(dot(columns, bs, bs)), eps);
    double product = dot(columns, as, bs);
    if (lane() == 0) y[row] = (float)(product / (a_length * b_length));
  });
}
KERNEL void __launch_bounds__(ROW_THREADS) cosine_backward(int rows, int columns, const float* a, const float* b, float eps, const float* dy, float* da) {
  each_warp_row(rows, [&](long long row) {
    const float *as = a + row * columns, *bs = b + row * columns;
    double square = dot(columns, as, as);
    double a_length = at_least(sqrt(square), eps), b_length = at_least(sqrt(dot(columns, bs, bs)), eps);
    double similarity = dot(columns, as, bs) / (a_length * b_length);
    double b_factor = dy[row] / (a_length * b_length);
    double a_factor = sqrt(square) <= eps ? 0.0 : dy[row] * similarity / square;
    each_column(columns, [&](int c) { da[row * columns + c] = (float)(b_factor * bs[c] - a_factor * as[c]); });
  });
}
