// Crop, bilinear resize and flip of images [N, H, W, C]; boxes [N, 4] = top, left, height, width. One pixel a thread. The
// adjoint gathers: which outputs read a sample follows from exact integer arithmetic, so nothing is added atomically.
#include "intraq.cuh"

struct Images { int n, h, w, c, oh, ow; };

// Output d of `out` reads samples first and min(first + 1, size - 1), the second with this weight; exact numerators.
struct Tap { int first, second; float weight; };
DEVICE Tap tap(int d, int size, int out) {
  long long numerator = (2LL * d + 1) * size - out;
  if (numerator < 0) numerator = 0;
  int first = (int)(numerator / (2LL * out));
  long long rest = numerator % (2LL * out);
  return {first, first + 1 < size ? first + 1 : size - 1, (float)((double)rest / (2LL * out))};
}
// The first output whose first sample is i or later; `out` if there is none.
DEVICE int first_output(int i, int size, int out) {
  if (i <= 0) return 0;
  if (i >= size) return out;
  long long numerator = (2LL * i + 1) * out - size;
  long long d = numerator <= 0 ? 0 : (numerator + 2LL * size - 1) / (2LL * size);
  return (int)(d < out ? d : out);
}

KERNEL void crop_resize_flip(Images s, const float* x, const int* boxes, const int* flip, float* y) {
  long long count = (long long)s.n * s.oh * s.ow;
  for (long long pixel = thread_index(); pixel < count; pixel += thread_count()) {
    int column = (int)(pixel % s.ow), p = (int)(pixel / s.ow % s.oh), n = (int)(pixel / s.ow / s.oh);
    const int* box = boxes + 4 * n;
    Tap a = tap(p, box[2], s.oh), b = tap(flip[n] ? s.ow - 1 - column : column, box[3], s.ow);
    const float* corner = x + (((long long)n * s.h + box[0]) * s.w + box[1]) * s.c;
    const float *top = corner + (long long)a.first * s.w * s.c, *bottom = corner + (long long)a.second * s.w * s.c;
    float a0 = __fsub_rn(1.0f, a.weight), b0 = __fsub_rn(1.0f, b.weight);
    for (int k = 0; k < s.c; k++) {
      int left = b.first * s.c + k, right = b.second * s.c + k;
      float upper = __fmaf_rn(b.weight, top[right], __fmul_rn(b0, top[left]));
      float lower = __fmaf_rn(b.weight, bottom[right], __fmul_rn(b0, bottom[left]));
      y[pixel * s.c + k] = __fmaf_rn(a.weight, lower, __fmul_rn(a0, upper));
    }
  }
}

// The weight that sample i has in an output with this tap; both samples are i at the box's last row or column.
DEVICE float weight_of(const Tap& t, int i) {
  float weight = t.first == i ? __fsub_rn(1.0f, t.weight) : 0.0f;
  return t.second == i ? __fadd_rn(weight, t.weight) : weight;
}
KERNEL void crop_resize_flip_backward(Images s, const float* dy, const int* boxes, const int* flip, float* dx) {
  long long count = (long long)s.n * s.h * s.w;
  for (long long pixel = thread_index(); pixel < count; pixel += thread_count()) {
    int n = (int)(pixel / s.w / s.h);
    const int* box = boxes + 4 * n;
    int i = (int)(pixel / s.w % s.h) - box[0], j = (int)(pixel % s.w) - box[1];
    bool inside = i >= 0 && i < box[2] && j >= 0 && j < box[3];
    int p0 = 0, p1 = 0, q0 = 0, q1 = 0;
    if (inside) {
      p0 = first_output(i - 1, box[2], s.oh), p1 = first_output(i + 1, box[2], s.oh);
      q0 = first_output(j - 1, box[3], s.ow), q1 = first_output(j + 1, box[3], s.ow);
    }
    for (int k = 0; k < s.c; k++) {
      double sum = 0.0;
      for (int p = p0; p < p1; p++) {
        const float* row = dy + ((long long)n * s.oh + p) * s.ow * s.c + k;
        float part = 0.0f;
        for (int q = q0; q < q1; q++) {
          int column = flip[n] ? s.ow - 1 - q : q;
          part = __fmaf_rn(weight_of(tap(q, box[3], s.ow), j), row[(long long)column * s.c], part);
        }
        sum += (double)__fmul_rn(weight_of(tap(p, box[2], s.oh), i), part);
      }
      dx[pixel * s.c + k] = (float)sum;
    }
  }
}
