// Softmax, losses on it and picking, row by row. Exponentials and sums in double: rows are short and few, and the CPU's
// definition is in double as well. A gradient may be the very window of an input: sums come before the first write.
// Two blocks a multiprocessor as the bound: without one the compiler settles for 40 registers and spills.
#include "rows.cuh"

// The largest element of a row and the sum of exp((x - max) / temperature).
struct Shift { double max, sum; };
DEVICE Shift shift_of(int columns, const float* x, double temperature) {
  float max = -infinity();
  for (int c = lane(); c < columns; c += 32) max = java_max(max, x[c]);
  max = warp_max(max);
  double middle = max;
  return {middle, row_sum(columns, [&](int c) { return exp(((double)x[c] - middle) / temperature); })};
}

KERNEL void __launch_bounds__(ROW_THREADS, 2) softmax(int rows, int columns, const float* x, float* y) {
  each_warp_row(rows, [&](long long row) {
    const float* from = x + row * columns;
    Shift s = shift_of(columns, from, 1.0);
    double share = 1.0 / s.sum;
    each_column(columns, [&](int c) { y[row * columns + c] = (float)(exp((double)from[c] - s.max) * share); });
  });
}
KERNEL void __launch_bounds__(ROW_THREADS, 2) softmax_backward(int rows, int columns, const float* y, const float* dy, float* dx) {
  each_warp_row(rows, [&](long long row) {
    const float *ys = y + row * columns, *dys = dy + row * columns;
    double dot = row_sum(columns, [&](int c) { return (double)ys[c] * dys[c]; });
    each_column(columns, [&](int c) { dx[row * columns + c] = (float)(ys[c] * (dys[c] - dot)); });
  });
}
KERNEL void __launch_bounds__(ROW_THREADS, 2) log_softmax(int rows, int columns, const float* x, float* y) {
  each_warp_row(rows, [&](long long row) {
    const float* from = x + row * columns;
    Shift s = shift_of(columns, from, 1.0);
    double log_sum = log(s.sum);
    each_column(columns, [&](int c) { y[row * columns + c] = (float)((double)from[c] - s.max - log_sum); });
  });
}
KERNEL void __launch_bounds__(ROW_THREADS, 2) log_softmax_backward(int rows, int columns, const float* y, const float* dy, float* dx) {
  each_warp_row(rows, [&](long long row) {
    const float *ys = y + row * columns, *dys = dy + row * columns;
    double sum = row_sum(columns, [&](int c) { return (double)dys[c]; });
    each_column(columns, [&](int c) { dx[row * columns + c] = (float)(dys[c] - exp((double)ys[c]) * sum); });
  });
}

DEVICE double target(bool is_label, float smoothing, int columns) {
  return (double)smoothing / columns + (is_label ? 1 - (double)smoothing : 0.0);
}
KERNEL void __launch_bounds__(ROW_THREADS, 2) cross_entropy(int rows, int columns, const float* x, const int* labels, float smoothing, float* losses, float* softmax) {
  each_warp_row(rows, [&](long long row) {
    const float* from = x + row * columns;
    Shift s = shift_of(columns, from, 1.0);
    double log_sum = log(s.sum), share = 1.0 / s.sum;
    int label = labels[row];
    double loss = row_sum(columns, [&](int c) {
      double shifted = (double)from[c] - s.max, t = target(c == label, smoothing, columns);
      softmax[row * columns + c] = (float)(exp(shifted) * share);
      return t == 0.0 ? 0.0 : -t * (shifted - log_sum);
    });
    if (lane() == 0) losses[row] = (float)loss;
  });
}
KERNEL void __launch_bounds__(ROW_THREADS, 2) cross_entropy_backward(int rows, int columns, const float* softmax, const int* labels, float smoothing, const float* d_losses, float* dx) {
  each_warp_row(rows, [&](long long row) {
    int label = labels[row];
    double scale = d_losses[row];
    each_column(columns, [&](int c) {
      long long at = row * columns + c;
      dx[at] = (float)((softmax[at] - target(c == label, smoothing, columns)) * scale);
    });
  });
}

KERNEL void __launch_bounds__(ROW_THREADS, 2) kl_divergence(int rows, int columns, const float* teacher, const float* student, float temperature, float* y) {
  each_warp_row(rows, [&](long long row) {
    const float *teach = teacher + row * columns, *learn = student + row * columns;
    Shift t = shift_of(columns, teach, temperature), s = shift_of(columns, learn, temperature);
    double log_ratio = log(s.sum) - log(t.sum);
    double loss = row_sum(columns, [&](int c) {
      double a = ((double)teach[c] - t.max) / temperature, b = ((double)learn[c] - s.max) / temperature;
      double p = exp(a) / t.sum;
      return p == 0.0 ? 0.0 : p * (a - b + log_ratio);
    });
    if (lane() == 0) y[row] = (float)loss;
  });
}
KERNEL void __launch_bounds__(ROW_THREADS, 2) kl_divergence_backward(int rows, int columns, const float* teacher, const float* student, float temperature, const float* dy, float* d_student) {
  each_warp_row(rows, [&](long long row) {
    const float *teach = teacher + row * columns, *learn = student + row * columns;
    Shift t = shift_of(columns, teach, temperature), s = shift_of(columns, learn, temperature);
    double scale = (double)dy[row] / temperature;
    each_column(columns, [&](int c) {
      double p = exp(((double)teach[c] - t.max) / temperature) / t.sum;
      double q = exp(((double)learn[c] - s.max) / temperature) / s.sum;
      d_student[row * columns + c] = (float)((q - p) * scale);
    });
  });
}

KERNEL void pick(int rows, int columns, const float* x, const int* labels, float* y) {
  for (long long row = thread_index(); row < rows; row += thread_count()) y[row] = x[row * columns + labels[row]];
}
KERNEL void __launch_bounds__(ROW_THREADS, 2) pick_backward(int rows, int columns, const int* labels, const float* dy, float* dx) {
  each_warp_row(rows, [&](long long row) {
    int label = labels[row];
    each_column(columns, [&](int c) { dx[row * columns + c] = c == label ? dy[row] : 0.0f; });
  });
}
