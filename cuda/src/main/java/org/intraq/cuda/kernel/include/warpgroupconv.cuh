// Convolution as a product of gathered windows and filters laid out in tiles, on Hopper's tensor cores. A step of depth is one
// row of a tile, 128 bytes: with 128 bytes of channels or more, that much of one tap, taps first and then the next channels (a
// tap's neighbour reads the same lines, which are still in the L1 cache); with fewer, several taps one after another.
#pragma once
#include "warpgrouptile.cuh"

#define UNIT_ROWS 64
#define UNIT_BYTES (UNIT_ROWS * TILE_ROW_BYTES)

// The windows of one phase of a result [n, rows, columns]: the place of tap (r, s) in an image [height, width, channels] is
// (i * by_h + from_h + r * step_h, j * by_w + from_w + s * step_w). Result (i, j) is pixel (i * stride_h + phase_h,
// j * stride_w + phase_w) of an image [out_height, out_width, out_channels].
struct Window {
  int places, rows, columns, by_h, by_w, from_h, from_w, step_h, step_w, taps_h, taps_w;
  int height, width, channels;
  int out_height, out_width, out_channels, stride_h, stride_w, phase_h, phase_w;
};

// Where a chunk of 16 bytes of the depth comes from: the tap (r, s), and the chunk of its channels.
struct Place {
  int r, s, chunk;
  bool there;
};
// How depth is cut into steps; `all` chunks of channels. A phase may have no tap at all.
struct Steps {
  int taps_h, taps_w, all, width;

  MEMBER Steps(int taps_h, int taps_w, int all)
      : taps_h(taps_w > 0 ? taps_h : 0), taps_w(max(taps_w, 1)), all(all), width(min(all, CHUNKS)) {}
  MEMBER int count() const {
    int taps = taps_h * taps_w;
    return width == CHUNKS ? (all + CHUNKS - 1) / CHUNKS * taps : (taps * width + CHUNKS - 1) / CHUNKS;
  }
  MEMBER Place at(int step, int chunk) const {
    int taps = taps_h * taps_w, turn = max(taps, 1), flat = step * CHUNKS + chunk;
    int tap = width == CHUNKS ? step % turn : flat / width;
    int c = width == CHUNKS ? step / turn * CHUNKS + chunk : flat % width;
    return Place{tap / taps_w, tap % taps_w, c, tap < taps && c < all};
  }
};

// What a thread brings of the windows: chunk t % 8 of every 32nd row. OF is the size of an element in bytes. What lies outside is
// read at `outside`, zeros if that is null.
template <int ROWS, int OF>
struct Gather {
  static constexpr int SHARE = ROWS / 32;
  const unsigned char *from, *outside;
  Steps steps;
  int pixel[SHARE], h[SHARE], w[SHARE];
  Place place;

  MEMBER Gather(const Window& g, const Steps& steps, const unsigned char* from, const unsigned char* outside, int row)
      : from(from), outside(outside), steps(steps) {
    place = steps.at(0, threadIdx.x % CHUNKS);
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      int m = row + threadIdx.x / CHUNKS + 32 * i, line = m / g.columns, n = line / g.rows;
      bool there = m < g.places;
      h[i] = there ? (line - n * g.rows) * g.by_h + g.from_h : -(1 << 30);
      w[i] = (m - line * g.columns) * g.by_w + g.from_w;
      pixel[i] = n * g.height * g.width;
    }
  }
  // The next step of depth.
  MEMBER void send(const Window& g, unsigned char* tile) {
    int r0 = threadIdx.x / CHUNKS;
    bool filled = place.r < steps.taps_h && place.chunk < steps.all;
#pragma unroll
    for (int i = 0; i < SHARE; i++) {
      int y = h[i] + place.r * g.step_h, x = w[i] + place.s * g.step_w;
      bool there = filled && (unsigned)y < (unsigned)g.height && (unsigned)x < (unsigned)g.width;
      long long at = there ? (long long)(pixel[i] + y * g.width + x) * g.channels * OF + 16 * place.chunk : 0;
      const unsigned char* place_of = there || outside == nullptr ? from + at : outside;
      copy_async(tile + chunk_offset(r0 + 32 * i, threadIdx.x % CHUNKS), place_of, there || outside != nullptr);
    }
    if (steps.width == CHUNKS) {
      next();
      if (place.r == steps.taps_h) place.r = 0, place.chunk += CHUNKS;
    } else {
      for (place.chunk += CHUNKS; place.chunk >= steps.width; place.chunk -= steps.width) next();
    }
  }
  MEMBER void next() {
    if (++place.s == steps.taps_w) place.s = 0, place.r++;
  }
};

// Sums of 128 * DOWN pixels by N channels, a warpgroup has 64 * DOWN of the pixels; finish(sums, first pixel, first channel)
// takes them from there. 256 threads; dynamic shared memory STAGES * (128 * DOWN + N) * 128 + 1024 bytes.
//
// Step k + STAGES - 2 is sent while the tensor cores work on step k; its stage was that of step k - 2, which all warpgroups
// had awaited before the barrier.
template <class Type, int N, int DOWN, int STAGES = 4, class Finish>
DEVICE void convolve(const Window& g, const unsigned char* source, const unsigned char* units, const Finish& finish,
                     const unsigned char* outside = nullptr) {
  constexpr int OF = 16 / Type::PER, ROWS = 128 * DOWN, A_BYTES = ROWS * TILE_ROW_BYTES, B_BYTES = N * TILE_ROW_BYTES;
  constexpr int STAGE = A_BYTES + B_BYTES;
  DYNAMIC_SHARED(unsigned char, raw);
  unsigned char* stages = tile_memory(raw);
  // Before the tiles if there is room, else behind them: two blocks of 96 KiB of tiles leave the L1 cache 60 KiB, which a few
  // bytes more would halve.
  CopyBarrier* full = reinterpret_cast<CopyBarrier*>(stages - raw >= 8 * STAGES ? raw : stages + STAGES * STAGE);
  int across = (g.out_channels + N - 1) / N, row = blockIdx.x / across * ROWS, column = blockIdx.x % across * N;
  Steps depth_steps(g.taps_h, g.taps_w, g.channels / Type::PER);
  int steps = depth_steps.count(), t = threadIdx.x, warpgroup = t / 128;
  const unsigned char* filters = units + (long long)column / UNIT_ROWS * steps * UNIT_BYTES;
  Gather<ROWS, OF> gather(g, depth_steps, source, outside, row);
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
  typename Type::Sum d[DOWN][N / 2];
#pragma unroll
  for (int i = 0; i < DOWN; i++) {
#pragma unroll
    for (int j = 0; j < N / 2; j++) d[i][j] = 0;
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
  finish(d, row, column);
}

// Calls f(i, offset of the pixel in the result) for the 2 * DOWN pixels of a thread; its sums of pixel i are
// d[i / 2][4 * j + i % 2 * 2] and the next, of channels column + 8 * j + t % 4 * 2 and the next.
template <int DOWN, class F>
DEVICE void each_pixel(const Window& g, int row, const F& f) {
  int t = threadIdx.x, first = row + t / 128 * DOWN * UNIT_ROWS + t / 32 % 4 * 16 + t % 32 / 4;
#pragma unroll
  for (int i = 0; i < 2 * DOWN; i++) {
    int m = first + i / 2 * UNIT_ROWS + i % 2 * 8, line = m / g.columns, n = line / g.rows;
    int y = (line - n * g.rows) * g.stride_h + g.phase_h, x = (m - line * g.columns) * g.stride_w + g.phase_w;
    if (m < g.places) f(i, (long long)((n * g.out_height + y) * g.out_width + x) * g.out_channels);
  }
}
