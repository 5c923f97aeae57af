// Kernels with known faults, and each part of the shim by itself.
#include "mma.cuh"
#include "warpgroup.cuh"

KERNEL void write_behind(int n, float* y) { y[n + (int)threadIdx.x] = 1.0f; }
KERNEL void write_before(float* y) { y[-1] = 1.0f; }
KERNEL void unguarded(float* y) {
  __shared__ float s[64];
  s[threadIdx.x] = (float)threadIdx.x;
  y[threadIdx.x] = s[(threadIdx.x + 1) % 64];
}
KERNEL void guarded(float* y) {
  __shared__ float s[64];
  s[threadIdx.x] = (float)threadIdx.x;
  __syncthreads();
  y[threadIdx.x] = s[(threadIdx.x + 1) % 64];
}
KERNEL void stuck(float* y) {
  if (threadIdx.x == 3) __syncwarp();
  else __syncthreads();
  y[threadIdx.x] = 1.0f;
}
KERNEL void exited_lane(int* y) {
  if (threadIdx.x == 5) return;
  y[threadIdx.x] = __shfl_xor_sync(0xffffffffu, (int)threadIdx.x, 1);
}
KERNEL void misaligned(float* y) { *reinterpret_cast<float4*>(y + 1) = make_float4(1.0f, 2.0f, 3.0f, 4.0f); }
KERNEL void beyond_shared(int at, float* y) {
  __shared__ float s[32];
  s[threadIdx.x] = 1.0f;
  y[threadIdx.x] = s[at];
}
KERNEL void beyond_dynamic(int at, float* y) {
  DYNAMIC_SHARED(float, s);
  s[at] = 2.0f;
  y[0] = s[at];
}
KERNEL void warps(int* y) {
  int lane = threadIdx.x % 32, at = threadIdx.x;
  y[at] = __shfl_sync(0xffffffffu, at, 7);
  y[64 + at] = __shfl_down_sync(0xffffffffu, at, 3);
  y[128 + at] = __shfl_up_sync(0xffffffffu, at, 3);
  y[192 + at] = (int)__ballot_sync(0xffffffffu, lane % 3 == 0);
  y[256 + at] = lane < 8 ? __shfl_xor_sync(0x000000ffu, at, 1) : -1;
}
KERNEL void indices(int* y) {
  if (threadIdx.x == 0 && threadIdx.y == 0 && threadIdx.z == 0)
    atomicAdd(&y[(blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x], 1);
  atomicAdd(&y[8 + (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x], 1);
}
struct Four { int a, b, c, d; };
KERNEL void structure(Four f, long long wide, float real, long long* y) {
  y[0] = f.a + 10 * f.b + 100 * f.c + 1000 * f.d;
  y[1] = wide;
  y[2] = (long long)(real * 2.0f);
}
KERNEL void integers(const int* x, int* y) {
  y[0] = __dp4a(x[0], x[1], 5);
  y[1] = (int)__dp4a((unsigned)x[0], (unsigned)x[1], 5u);
  y[2] = (int)__umulhi((unsigned)x[0], (unsigned)x[1]);
  y[3] = (int)__byte_perm((unsigned)x[0], (unsigned)x[1], 0x5140);
  y[4] = __float2int_rn(2.5f) + 10 * __float2int_rn(3.5f) + 100 * __float2int_rn(-2.5f);
  y[5] = __float2int_rn(3e9f);
  y[6] = bf16_bits(1.00390625f) << 16 | bf16_bits(1.01171875f);
}

// Two pieces of 16 bytes, of which some are announced and some sent.
KERNEL void bulk(int announced, int pieces, const float* x, float* y) {
  __align__(16) __shared__ float s[8];
  __shared__ CopyBarrier barrier;
  if (threadIdx.x == 0) {
    barrier_init(&barrier);
    barrier_publish();
    barrier_expect(&barrier, announced);
    for (int i = 0; i < pieces; i++) bulk_copy(s + 4 * i, x + 4 * i, 16, &barrier);
  }
  __syncthreads();
  barrier_wait(&barrier, 0);
  y[threadIdx.x] = s[threadIdx.x];
}

// One warp; A [16, K] and B [K, 8] row-major bytes or floats.
KERNEL void tensor_s8(const signed char* a, const signed char* b, int* d) {
  int group = threadIdx.x / 4, t = threadIdx.x % 4;
  unsigned fa[4], fb[2];
  for (int i = 0; i < 4; i++) {
    fa[i] = 0;
    for (int k = 0; k < 4; k++)
      fa[i] |= (unsigned)(unsigned char)a[(group + i % 2 * 8) * 32 + i / 2 * 16 + 4 * t + k] << 8 * k;
  }
  for (int i = 0; i < 2; i++) {
    fb[i] = 0;
    for (int k = 0; k < 4; k++) fb[i] |= (unsigned)(unsigned char)b[(i * 16 + 4 * t + k) * 8 + group] << 8 * k;
  }
  int c[4] = {1, 2, 3, 4};
  mma_s8(c, fa, fb);
  for (int i = 0; i < 4; i++) d[(group + i / 2 * 8) * 8 + 2 * t + i % 2] = c[i];
}
KERNEL void tensor_tf32(const float* a, const float* b, float* d) {
  int group = threadIdx.x / 4, t = threadIdx.x % 4;
  unsigned fa[4], fb[2];
  for (int i = 0; i < 4; i++) fa[i] = tf32_bits(a[(group + i % 2 * 8) * 8 + t + i / 2 * 4]);
  for (int i = 0; i < 2; i++) fb[i] = tf32_bits(b[(t + i * 4) * 8 + group]);
  float c[4] = {1.0f, 2.0f, 3.0f, 4.0f};
  mma_tf32(c, fa, fb);
  for (int i = 0; i < 4; i++) d[(group + i / 2 * 8) * 8 + 2 * t + i % 2] = c[i];
}
KERNEL void tensor_bf16(const float* a, const float* b, float* d) {
  int group = threadIdx.x / 4, t = threadIdx.x % 4;
  unsigned fa[4], fb[2];
  for (int i = 0; i < 4; i++) {
    const float* from = a + (group + i % 2 * 8) * 16 + i / 2 * 8 + 2 * t;
    fa[i] = bf16_pair(from[0], from[1]);
  }
  for (int i = 0; i < 2; i++) fb[i] = bf16_pair(b[(i * 8 + 2 * t) * 8 + group], b[(i * 8 + 2 * t + 1) * 8 + group]);
  float c[4] = {1.0f, 2.0f, 3.0f, 4.0f};
  mma_bf16(c, fa, fb);
  for (int i = 0; i < 4; i++) d[(group + i / 2 * 8) * 8 + 2 * t + i % 2] = c[i];
}
