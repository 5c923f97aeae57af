// Convolution and its adjoint in the input on Hopper's tensor cores: filters are laid out in tiles beforehand and come by
// bulk copies, windows are gathered by the threads, 16 bytes at a time, straight into shared memory. See package-info.
// arch: 90a
#include "warpgrouptile.cuh"

#define UNIT_ROWS 64
#define UNIT_BYTES (UNIT_ROWS * TILE_ROW_BYTES)
#define THREADS 256
#define STAGES 4

// The windows of one phase of a result [n, rows, columns]: the place of tap (r, s) in an image [height, width, channels] is
// (i * by_h + from_h + r * step_h, j * by_w + from_w + s * step_w). Result (i, j) is pixel (i * stride_h + phase_h,
// j * stride_w + phase_w) of an image [out_height, out_width, out_channels].
struct Window {
  int places, rows, columns, by_h, by_w, from_h, from_w, step_h, step_w, taps_h, taps_w;
  int height, width, channels;
  int out_height, out_width, out_channels, stride_h, stride_w, phase_h, phase_w;
};

// Filters of the taps (first_r + r * step_r, first_s + s * step_s) of w [kh, kw, C, O] as units[row / 64][chunk of depth][tap].
// `forward`: rows are O and depth is C, else the other way round.
struct Filters {
  int forward, kw, c, o, first_r, first_s, step_r, step_s, taps_h, taps_w;
};
template <class Type>
DEVICE void pack_filters(const Filters& f, const float* w, unsigned char* units) {
  int taps = f.taps_h * f.taps_w, depth = f.forward ? f.c : f.o, deep = CHUNKS * Type::PER;
  int steps = (depth + deep - 1) / deep * taps, step = blockIdx.x % steps, row = blockIdx.x / steps * UNIT_ROWS;
  int tap = step % taps, first = step / taps * deep;
  int r = f.first_r + tap / f.taps_w * f.step_r, s = f.first_s + tap % f.taps_w * f.step_s;
  const float* p = w + (long long)(r * f.kw + s) * f.c * f.o;
  unsigned char* unit = units + (long long)blockIdx.x * UNIT_BYTES;
  if (f.forward) {
    pack_rows<Type, UNIT_ROWS>(DenseAlongRows(p, f.o, f.o, f.c), row, first, threadIdx.x, unit);
  } else {
    for (int i = threadIdx.x; i < UNIT_ROWS * CHUNKS; i += 2 * UNIT_ROWS)
      pack_depth<Type>(DenseAlongDepth(p, f.o, f.c, f.o), row, first, i, unit);
  }
}
KERNEL void __launch_bounds__(2 * UNIT_ROWS) tf32_filters(Filters f, const float* w, unsigned char* units) { pack_filters<PackedTf32>(f, w, units); }
KERNEL void __launch_bounds__(2 * UNIT_ROWS) bf16_filters(Filters f, const float* w, unsigned char* units) { pack_filters<PackedBf16>(f, w, units); }

// What a thread brings of the windows: chunk t % 8 of every 32nd row. OF is the size of an element in bytes.
template <int ROWS, int OF>
struct Gather {
  static constexpr int SHARE = ROWS / 32;
  const unsigned char* from;
  int pixel[SHARE], h[SHARE], w[SHARE];
  int chunk, r, s, channel;

  MEMBER Gather(const Window& g, const unsigned char* from, int row) : from(from), chunk(threadIdx.x % CHUNKS), r(0), s(0) {
    channel = chunk * (16 / OF);
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      int m = row + threadIdx.x / CHUNKS + 32 * i, line = m / g.columns, n = line / g.rows;
      bool there = m < g.places;
      h[i] = there ? (line - n * g.rows) * g.by_h + g.from_h : -(1 << 30);
      w[i] = (m - line * g.columns) * g.by_w + g.from_w;
      pixel[i] = n * g.height * g.width;
    }
  }
  // The next step of depth: taps first, then channels.
  MEMBER void send(const Window& g, unsigned char* tile) {
    int r0 = threadIdx.x / CHUNKS;
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      int y = h[i] + r * g.step_h, x = w[i] + s * g.step_w;
      bool there = (unsigned)y < (unsigned)g.height && (unsigned)x < (unsigned)g.width && channel < g.channels;
      long long at = there ? ((long long)(pixel[i] + y * g.width + x) * g.channels + channel) * OF : 0;
      copy_async(tile + chunk_offset(r0 + 32 * i, chunk), from + at, there);
    }
    if (++s == g.taps_w) {
      s = 0;
      if (++r == g.taps_h) {
        r = 0;
        channel += CHUNKS * 16 / OF;
      }
    }
  }
};

// Results: 128 * DOWN pixels by N channels, a warpgroup has 64 * DOWN of the pixels. Step k + STAGES - 2 is sent while the
// tensor cores work on step k; its stage was that of step k - 2, which all warpgroups had awaited before the barrier.
template <class Type, int N, int DOWN>
DEVICE void convolve(const Window& g, const unsigned char* source, const unsigned char* units, float* out) {
  constexpr int OF = 16 / Type::PER, ROWS = 128 * DOWN, A_BYTES = ROWS * TILE_ROW_BYTES, B_BYTES = N * TILE_ROW_BYTES;
  constexpr int STAGE = A_BYTES + B_BYTES;
  DYNAMIC_SHARED(unsigned char, raw);
  __shared__ CopyBarrier full[STAGES];
  unsigned char* stages = tile_memory(raw);
  int across = (g.out_channels + N - 1) / N, row = blockIdx.x / across * ROWS, column = blockIdx.x % across * N;
  int steps = (g.channels + CHUNKS * Type::PER - 1) / (CHUNKS * Type::PER) * g.taps_h * g.taps_w;
  int t = threadIdx.x, warpgroup = t / 128;
  const unsigned char* filters = units + (long long)column / UNIT_ROWS * steps * UNIT_BYTES;
  Gather<ROWS, OF> gather(g, source, row);
  auto send = [&](int k) {
    unsigned char* stage = stages + k % STAGES * STAGE;
    if (k < steps) {
      gather.send(g, stage);
      if (t == 0) {
        barrier_expect(full + k % STAGES, B_BYTES);
        for (int u = 0; u < N / UNIT_ROWS; u++)
          bulk_copy(stage + A_BYTES + u * UNIT_BYTES, filters + ((long long)u * steps + k) * UNIT_BYTES, UNIT_BYTES, full + k % STAGES);
      }
    }
    copies_commit();
  };
  if (t == 0) {
    for (int s = 0; s < STAGES; s++) barrier_init(full + s);
    barrier_publish();
  }
  for (int k = 0; k < STAGES - 2; k++) send(k);
  float d[DOWN][N / 2];
#pragma unroll
  for (int i = 0; i < DOWN; i++) {
#pragma unroll
    for (int j = 0; j < N / 2; j++) d[i][j] = 0.0f;
  }
  for (int k = 0; k < steps; k++) {
    copies_wait<STAGES - 3>();
    __syncthreads();
    barrier_wait(full + k % STAGES, k / STAGES & 1);
    const unsigned char* stage = stages + k % STAGES * STAGE;
    warpgroup_begin();
#pragma unroll
    for (int depth = 0; depth < TILE_ROW_BYTES; depth += 32) {
#pragma unroll
      for (int i = 0; i < DOWN; i++)
        Type::multiply(d[i], stage + (warpgroup * DOWN + i) * UNIT_BYTES + depth, stage + A_BYTES + depth);
    }
    warpgroup_commit();
    send(k + STAGES - 2);
    warpgroup_wait<1>();
  }
  warpgroup_wait<0>();
  bool vector = g.out_channels % 2 == 0 && (reinterpret_cast<unsigned long long>(out) & 7) == 0;
#pragma unroll
  for (int i = 0; i < 2 * DOWN; i++) {
    int m = row + (warpgroup * DOWN + i / 2) * UNIT_ROWS + t / 32 % 4 * 16 + t % 32 / 4 + i % 2 * 8;
    if (m >= g.places) continue;
    int line = m / g.columns, n = line / g.rows;
    int y = (line - n * g.rows) * g.stride_h + g.phase_h, x = (m - line * g.columns) * g.stride_w + g.phase_w;
    int c = column + t % 4 * 2;
    float* to = out + ((long long)((n * g.out_height + y) * g.out_width + x) * g.out_channels + c);
#pragma unroll
    for (int j = 0; j < N / 8; j++) {
      float2 v = make_float2(d[i / 2][4 * j + i % 2 * 2], d[i / 2][4 * j + i % 2 * 2 + 1]);
      int left = g.out_channels - c - 8 * j;
      if (vector && left > 1) *reinterpret_cast<float2*>(to + 8 * j) = v;
      else store_part(to + 8 * j, left, v);
    }
  }
}

#define PARAMETERS Window g, const unsigned char *source, const unsigned char *units, float *out
KERNEL void __launch_bounds__(THREADS, 1) tf32_256(PARAMETERS) { convolve<PackedTf32, 256, 1>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) tf32_128(PARAMETERS) { convolve<PackedTf32, 128, 2>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) tf32_64(PARAMETERS) { convolve<PackedTf32, 64, 2>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) bf16_256(PARAMETERS) { convolve<PackedBf16, 256, 1>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) bf16_128(PARAMETERS) { convolve<PackedBf16, 128, 2>(g, source, units, out); }
KERNEL void __launch_bounds__(THREADS, 1) bf16_64(PARAMETERS) { convolve<PackedBf16, 64, 2>(g, source, units, out); }

// y[i] = x[i] rounded to bf16, eight at a time; n is a multiple of eight.
KERNEL void __launch_bounds__(THREADS) round_bf16(int n, const float* x, uint4* y) {
  for (long long i = thread_index(); i < n / 8; i += thread_count()) {
    float4 a = reinterpret_cast<const float4*>(x)[2 * i], b = reinterpret_cast<const float4*>(x)[2 * i + 1];
    y[i] = make_uint4(bf16_pair(a.x, a.y), bf16_pair(a.z, a.w), bf16_pair(b.x, b.y), bf16_pair(b.z, b.w));
  }
}
