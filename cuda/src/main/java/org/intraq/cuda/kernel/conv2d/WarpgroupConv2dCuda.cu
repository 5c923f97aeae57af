// Convolution and its adjoint in the input on Hopper's tensor cores: filters are laid out in tiles beforehand and come by
// bulk copies, windows are gathered by the threads, 16 bytes at a time, straight into shared memory. See package-info.
// arch: 90a
#include "warpgroupconv.cuh"

#define THREADS 256

// Filters of the taps (first_r + r * step_r, first_s + s * step_s) of w [kh, kw, C, O] as units[row / 64][step of depth].
// `forward`: rows are O and depth is C, else the other way round.
struct Filters {
  int forward, kw, c, o, first_r, first_s, step_r, step_s, taps_h, taps_w;
};
template <class Type>
DEVICE void pack_filters(const Filters& f, const float* w, unsigned char* units) {
  Steps steps(f.taps_h, f.taps_w, (f.forward ? f.c : f.o) / Type::PER);
  int step = blockIdx.x % steps.count(), row = blockIdx.x / steps.count() * UNIT_ROWS;
  unsigned char* unit = units + (long long)blockIdx.x * UNIT_BYTES;
  auto load = [&](int r, int chunk, int i) {
    Place at = steps.at(step, chunk);
    if (!at.there) return zeros();
    const float* p = w + (long long)((f.first_r + at.r * f.step_r) * f.kw + f.first_s + at.s * f.step_s) * f.c * f.o;
    int depth = at.chunk * Type::PER + i;
    if (f.forward) return DenseAlongRows(p, f.o, f.o, f.c).load(row + r, depth);
    DenseAlongDepth source(p, f.o, f.c, f.o);
    return source.load(source.row(row + r), depth);
  };
  if (f.forward) {
    pack_rows<Type, UNIT_ROWS>(threadIdx.x, load, unit);
  } else {
    for (int i = threadIdx.x; i < UNIT_ROWS * CHUNKS; i += 2 * UNIT_ROWS) pack_depth<Type>(i, load, unit);
  }
}
KERNEL void __launch_bounds__(2 * UNIT_ROWS) tf32_filters(Filters f, const float* w, unsigned char* units) { pack_filters<PackedTf32>(f, w, units); }
KERNEL void __launch_bounds__(2 * UNIT_ROWS) bf16_filters(Filters f, const float* w, unsigned char* units) { pack_filters<PackedBf16>(f, w, units); }

template <class Type, int N, int DOWN>
DEVICE void convolve_f32(const Window& g, const unsigned char* source, const unsigned char* units, float* out) {
  bool vector = g.out_channels % 2 == 0 && (reinterpret_cast<unsigned long long>(out) & 7) == 0;
  convolve<Type, N, DOWN>(g, source, units, [&](const float (&d)[DOWN][N / 2], int row, int column) {
    each_pixel<DOWN>(g, row, [&](int i, long long pixel) {
      int c = column + threadIdx.x % 4 * 2;
      float* to = out + (pixel + c);
#pragma unroll
      for (int j = 0; j < N / 8; j++) {
        float2 v = make_float2(d[i / 2][4 * j + i % 2 * 2], d[i / 2][4 * j + i % 2 * 2 + 1]);
        int left = g.out_channels - c - 8 * j;
        if (vector && left > 1) *reinterpret_cast<float2*>(to + 8 * j) = v;
        else store_part(to + 8 * j, left, v);
      }
    });
  });
}

#define PARAMETERS Window g, const unsigned char *source, const unsigned char *units, float *out
KERNEL void __launch_bounds__(THREADS, 1) tf32_256(PARAMETERS) { convolve_f32<PackedTf32, 256, 1>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) tf32_128(PARAMETERS) { convolve_f32<PackedTf32, 128, 2>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) tf32_64(PARAMETERS) { convolve_f32<PackedTf32, 64, 2>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) bf16_256(PARAMETERS) { convolve_f32<PackedBf16, 256, 1>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) bf16_128(PARAMETERS) { convolve_f32<PackedBf16, 128, 2>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) bf16_64(PARAMETERS) { convolve_f32<PackedBf16, 64, 2>(g, source, units, out); }

// y[i] = x[i] rounded to bf16, eight at a time; n is a multiple of eight.
KERNEL void __launch_bounds__(THREADS) round_bf16(int n, const float* x, uint4* y) {
  for (long long i = thread_index(); i < n / 8; i += thread_count()) {
    float4 a = reinterpret_cast<const float4*>(x)[2 * i], b = reinterpret_cast<const float4*>(x)[2 * i + 1];
    y[i] = make_uint4(bf16_pair(a.x, a.y), bf16_pair(a.z, a.w), bf16_pair(b.x, b.y), bf16_pair(b.z, b.w));
  }
}
