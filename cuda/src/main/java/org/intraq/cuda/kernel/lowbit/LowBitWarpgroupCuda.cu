// Convolution of codes as signed bytes on Hopper's tensor cores: the loop of warpgroupconv.cuh, then the output stage on sums that
// have gone through shared memory. See package-info.
// arch: 90a
#include "warpgroupconv.cuh"
#include "outputstage.cuh"
#include "warpgroupcodes.cuh"

#define THREADS 256

// 128 * DOWN pixels by N channels. fill: a chunk of the code that pads.
template <int N, int DOWN, int STAGES>
DEVICE void convolve_codes(const Window& g, const unsigned char* x, const unsigned char* units, const unsigned char* fill,
                           const Stage& stage, const Output& out) {
  auto finish = [&](const int(&d)[DOWN][N / 2], int row, int column) {
    DYNAMIC_SHARED(unsigned char, raw);
    int warp = threadIdx.x / 32, group = threadIdx.x % 32 / 4, t = threadIdx.x % 4;
    int* mine = reinterpret_cast<int*>(tile_memory(raw)) + warp * DOWN * 16 * N;
    __syncthreads();
#pragma unroll
    for (int i = 0; i < DOWN; i++) {
#pragma unroll
      for (int j = 0; j < N / 8; j++) {
        put_sums<N>(mine, 16 * i + group, 8 * j + 2 * t, d[i][4 * j], d[i][4 * j + 1]);
        put_sums<N>(mine, 16 * i + group + 8, 8 * j + 2 * t, d[i][4 * j + 2], d[i][4 * j + 3]);
      }
    }
    __syncwarp();
    int first = row + warp / 4 * DOWN * UNIT_ROWS + warp % 4 * 16;
    auto pixel = [&](int i) {
      int m = first + i / 16 * UNIT_ROWS + i % 16;
      return m < g.places ? m : -1;
    };
    store_rows<N>(mine, 16 * DOWN, out, stage, g.out_channels, column, g.out_channels - column, pixel, [](int) { return 0; });
  };
  convolve<PackedBytes, N, DOWN, STAGES>(g, x, units, finish, fill);
}

#define PARAMETERS \
  Window g, const unsigned char *x, const unsigned char *units, const unsigned char *fill, STAGE_PARAMETERS
// Several blocks an SM: one stores while another multiplies.
KERNEL void __launch_bounds__(THREADS, 3) codes_64(PARAMETERS) { convolve_codes<64, 1, 3>(g, x, units, fill, stage, OUTPUT); }
KERNEL void __launch_bounds__(THREADS, 2) codes_128(PARAMETERS) { convolve_codes<128, 1, 3>(g, x, units, fill, stage, OUTPUT); }
// One that reads less shared memory for a product.
KERNEL void __launch_bounds__(THREADS, 1) codes_256(PARAMETERS) { convolve_codes<256, 1, 4>(g, x, units, fill, stage, OUTPUT); }
