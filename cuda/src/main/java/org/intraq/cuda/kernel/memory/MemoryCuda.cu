// Fills words; copies are the driver's.
#include "intraq.cuh"

KERNEL void fill(int n, int word, int* y) {
  for (long long i = thread_index(); i < n; i += thread_count()) y[i] = word;
}
