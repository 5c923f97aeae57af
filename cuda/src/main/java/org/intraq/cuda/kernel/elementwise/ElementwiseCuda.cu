// Element-wise operations; an output may be the same window as an input, so no pointer is restricted.
#include "intraq.cuh"

#define EACH for (long long i = thread_index(); i < n; i += thread_count())

// b is not read where beta is 0.
KERNEL void linear(int n, float alpha, const float* a, float beta, const float* b, float* y) {
  EACH y[i] = beta == 0.0f ? __fmul_rn(alpha, a[i]) : __fmaf_rn(alpha, a[i], __fmul_rn(beta, b[i]));
}
KERNEL void multiply(int n, const float* a, const float* b, float* y) { EACH y[i] = __fmul_rn(a[i], b[i]); }
KERNEL void scale_shift(int n, float alpha, const float* x, float shift, float* y) {
  EACH y[i] = __fmaf_rn(alpha, x[i], shift);
}
KERNEL void relu(int n, const float* x, float cap, float* y) { EACH y[i] = rectify(x[i], cap); }
KERNEL void relu_backward(int n, const float* y, float cap, const float* dy, float* dx) {
  EACH {
    float open = y[i];
    dx[i] = open > 0.0f && open < cap ? dy[i] : 0.0f;
  }
}
KERNEL void add_relu(int n, const float* a, const float* b, float cap, float* y) {
  EACH y[i] = rectify(__fadd_rn(a[i], b[i]), cap);
}
