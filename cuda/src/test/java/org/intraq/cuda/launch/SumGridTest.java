package org.intraq.cuda.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Launch geometry of sums: every channel has one lane, every row one slice, and no slice none. */
class SumGridTest {
  /** MOST_ARRIVALS of channelsums.cuh. */
  private static final int MOST_ARRIVALS = 256;

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "5, 3",
    "100, 4",
    "7, 96",
    "33, 260",
    "9, 1001",
    "4, 2048",
    "2000000, 3",
    "3211264, 64",
    "802816, 144",
    "262144, 16",
    "600, 252",
    "12544, 1280",
    "100, 4000000",
    "2147483647, 1",
    "0, 4",
    "5, 0"
  })
  void everyChannelAndRowIsSummedOnce(int rows, int channels) {
    for (long address : new long[] {0, 256, 260}) {
      SumGrid grid = SumGrid.of(rows, channels, 512, address);
      int vector = grid.wide() == 1 ? 4 : 1;
      assertEquals(channels % 4 == 0 && address % 16 == 0, grid.wide() == 1);
      int threads = (int) grid.block().count();
      // A thread for each channel of a tile: the kernels' last step.
      assertTrue(threads <= 512 && grid.stepRows() >= vector, grid::toString);
      int[] owners = new int[channels];
      for (int lane = 0; lane < grid.tiles() * grid.lanes(); lane++) {
        for (int c = lane * vector; c < Math.min((lane + 1) * vector, channels); c++) {
          owners[c]++;
        }
      }
      int[] once = new int[channels];
      Arrays.fill(once, 1);
      assertArrayEquals(once, owners);
      assertTrue((long) grid.slices() * grid.sliceRows() >= rows);
      assertTrue((grid.slices() - 1L) * grid.sliceRows() < rows || rows == 0, "an empty slice");
      assertTrue(grid.slices() == 1 || grid.tiles() <= MOST_ARRIVALS, grid::toString);
      assertEquals(16L * grid.slices() * channels, grid.partialBytes());
    }
  }
}
