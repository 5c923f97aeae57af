// Where the operands of a tiled product lie. A source is a matrix of rows x depth, depth being the direction that is summed
// over; it hands out four neighbours at a time, along the depth or along the rows, whichever is contiguous, and zeros beyond
// its end. The position of a row is worked out once, that of a depth is moved on from step to step without divisions.
#pragma once
#include "intraq.cuh"

#define MEMBER __device__ __forceinline__

// Whether four floats from p on can be loaded at once wherever an index is a multiple of four.
DEVICE bool aligned16(const void* p) { return (reinterpret_cast<unsigned long long>(p) & 15) == 0; }

DEVICE float4 zeros() { return make_float4(0.0f, 0.0f, 0.0f, 0.0f); }

// Up to four floats at p, as many as `left`.
DEVICE float4 load_part(const float* p, int left) {
  float4 v = zeros();
  if (left > 0) v.x = p[0];
  if (left > 1) v.y = p[1];
  if (left > 2) v.z = p[2];
  if (left > 3) v.w = p[3];
  return v;
}

// element [row, k] = p[row * ld + k].
struct DenseAlongDepth {
  static constexpr bool ALONG_DEPTH = true;
  typedef int Row;
  typedef int Depth;
  const float* p;
  int ld, rows, depth;
  bool vector;

  MEMBER DenseAlongDepth(const float* p, int ld, int rows, int depth)
      : p(p), ld(ld), rows(rows), depth(depth), vector(ld % 4 == 0 && aligned16(p)) {}
  MEMBER Row row(int r) const { return r < rows ? r * ld : -1; }  // below 2^31, as every tensor is
  MEMBER Depth at(int k) const { return k; }
  MEMBER void advance(Depth& k, int by) const { k += by; }
  MEMBER float4 load(Row r, Depth k) const {
    if (r < 0) return zeros();
    if (vector && k + 3 < depth) return *reinterpret_cast<const float4*>(p + (r + k));
    return load_part(p + (r + k), depth - k);
  }
};

// element [row, k] = p[k * ld + row].
struct DenseAlongRows {
  static constexpr bool ALONG_DEPTH = false;
  typedef int Row;
  typedef int Depth;
  const float* p;
  int ld, rows, depth;
  bool vector;

  MEMBER DenseAlongRows(const float* p, int ld, int rows, int depth)
      : p(p), ld(ld), rows(rows), depth(depth), vector(ld % 4 == 0 && aligned16(p)) {}
  MEMBER Row row(int r) const { return r; }
  MEMBER Depth at(int k) const { return k; }
  MEMBER void advance(Depth& k, int by) const { k += by; }
  MEMBER float4 load(Row r, Depth k) const {
    if (k >= depth) return zeros();
    const float* from = p + (k * ld + r);
    if (vector && r + 3 < rows) return *reinterpret_cast<const float4*>(from);
    return load_part(from, rows - r);
  }
};

// A position k among the terms of a window: tap (r, s) and channel c, k = (r * across + s) * channels + c.
struct Tap {
  int r, s, c, k;

  MEMBER Tap() {}
  MEMBER Tap(int k, int across, int channels) : k(k) {
    int tap = k / channels;
    c = k - tap * channels;
    r = tap / across;
    s = tap - r * across;
  }
  MEMBER void advance(int by, int across, int channels) {
    k += by;
    c += by;
    if (c >= channels) {
      int taps = c / channels;
      c -= taps * channels;
      s += taps;
      if (s >= across) {
        int rows = s / across;
        s -= rows * across;
        r += rows;
      }
    }
  }
  MEMBER void next(int across, int channels) {
    k++;
    if (++c == channels) {
      c = 0;
      if (++s == across) {
        s = 0;
        r++;
      }
    }
  }
};

// The windows of an image [N, height, width, pixel], one a row: element [(n, i, j), (r, s, c)] is channel c of the pixel at
// (i * by_h + from_h + r * step_h, j * by_w + from_w + s * step_w) of image n, zero outside; n, i, j number rows x columns
// places of each image. p points at the first channel of the group.
struct Windows {
  static constexpr bool ALONG_DEPTH = true;
  struct Row { int image, h, w; };
  typedef Tap Depth;
  const float* p;
  int height, width, pixel;
  int places, rows, columns, by_h, by_w, from_h, from_w;
  int step_h, step_w, across, channels, depth;
  bool vector;

  MEMBER void check() { vector = channels % 4 == 0 && pixel % 4 == 0 && aligned16(p); }
  MEMBER Row row(int m) const {
    if (m >= places) return Row{-1, 0, 0};
    int line = m / columns, n = line / rows;
    return Row{n * height * width, (line - n * rows) * by_h + from_h, (m - line * columns) * by_w + from_w};
  }
  MEMBER Depth at(int k) const { return Tap(k, across, channels); }
  MEMBER void advance(Depth& tap, int by) const { tap.advance(by, across, channels); }
  MEMBER const float* find(const Row& row, const Tap& tap) const {
    int h = row.h + tap.r * step_h, w = row.w + tap.s * step_w;
    if ((unsigned)h >= (unsigned)height || (unsigned)w >= (unsigned)width) return nullptr;
    return p + ((long long)(row.image + h * width + w) * pixel + tap.c);
  }
  MEMBER float4 load(const Row& row, Depth tap) const {
    if (row.image < 0 || tap.k >= depth) return zeros();
    if (vector) {
      const float* from = find(row, tap);
      return from == nullptr ? zeros() : *reinterpret_cast<const float4*>(from);
    }
    float v[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const float* from = tap.k < depth ? find(row, tap) : nullptr;
      v[i] = from == nullptr ? 0.0f : *from;
      tap.next(across, channels);
    }
    return make_float4(v[0], v[1], v[2], v[3]);
  }
};

// Filters [KH, KW, rows, pixel] seen from their input channel: element [row, (r, s, c)] =
// w[from_r + r * step_r, from_s + s * step_s, row, c]; p points at the first output channel of the group.
struct FilterRows {
  static constexpr bool ALONG_DEPTH = true;
  typedef int Row;
  typedef Tap Depth;
  const float* p;
  int kw, rows, pixel, from_r, from_s, step_r, step_s, across, channels, depth;
  bool vector;

  MEMBER void check() { vector = channels % 4 == 0 && pixel % 4 == 0 && aligned16(p); }
  MEMBER Row row(int r) const { return r < rows ? r : -1; }
  MEMBER Depth at(int k) const { return Tap(k, across, channels); }
  MEMBER void advance(Depth& tap, int by) const { tap.advance(by, across, channels); }
  MEMBER const float* find(Row row, const Tap& tap) const {
    int filter = (from_r + tap.r * step_r) * kw + from_s + tap.s * step_s;
    return p + ((long long)(filter * rows + row) * pixel + tap.c);
  }
  MEMBER float4 load(Row row, Depth tap) const {
    if (row < 0 || tap.k >= depth) return zeros();
    if (vector) return *reinterpret_cast<const float4*>(find(row, tap));
    float v[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
      v[i] = tap.k < depth ? *find(row, tap) : 0.0f;
      tap.next(across, channels);
    }
    return make_float4(v[0], v[1], v[2], v[3]);
  }
};

// The windows of an image, one a depth: element [(r, s, c), (n, p, q)] is channel c of the pixel at
// (p * by_h + from_h + r * step_h, q * by_w + from_w + s * step_w) of image n, zero outside; places from `depth` on count as zero.
struct WindowColumns {
  static constexpr bool ALONG_DEPTH = false;
  typedef Tap Row;
  struct Depth { int image, p, q, k; };
  const float* p;
  int height, width, pixel;
  int rows, columns, by_h, by_w, from_h, from_w;
  int step_h, step_w, across, channels, taps, depth;
  bool vector;

  MEMBER void check() { vector = channels % 4 == 0 && pixel % 4 == 0 && aligned16(p); }
  MEMBER Row row(int m) const { return Tap(m, across, channels); }
  MEMBER Depth at(int k) const {
    int line = k / columns, n = line / rows;
    return Depth{n * height * width, line - n * rows, k - line * columns, k};
  }
  MEMBER void advance(Depth& d, int by) const {
    d.k += by;
    d.q += by;
    if (d.q >= columns) {
      int lines = d.q / columns;
      d.q -= lines * columns;
      d.p += lines;
      if (d.p >= rows) {
        int images = d.p / rows;
        d.p -= images * rows;
        d.image += images * height * width;
      }
    }
  }
  MEMBER const float* find(const Tap& tap, const Depth& d) const {
    int h = d.p * by_h + from_h + tap.r * step_h, w = d.q * by_w + from_w + tap.s * step_w;
    if ((unsigned)h >= (unsigned)height || (unsigned)w >= (unsigned)width) return nullptr;
    return p + ((long long)(d.image + h * width + w) * pixel + tap.c);
  }
  MEMBER float4 load(Row tap, const Depth& d) const {
    if (d.k >= depth || tap.k >= taps) return zeros();
    if (vector) {
      const float* from = find(tap, d);
      return from == nullptr ? zeros() : *reinterpret_cast<const float4*>(from);
    }
    float v[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
      const float* from = tap.k < taps ? find(tap, d) : nullptr;
      v[i] = from == nullptr ? 0.0f : *from;
      tap.next(across, channels);
    }
    return make_float4(v[0], v[1], v[2], v[3]);
  }
};
