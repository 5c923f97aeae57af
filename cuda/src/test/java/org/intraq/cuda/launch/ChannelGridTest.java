package org.intraq.cuda.launch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.intraq.cuda.driver.Extent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Launch geometry: every channel and row belongs to one thread, within the limits of a launch. */
class ChannelGridTest {
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
    "12544, 1280",
    "0, 4",
    "5, 0"
  })
  void everyChannelAndRowHasOneThread(int rows, int channels) {
    for (long address : new long[] {0, 256, 260}) {
      ChannelGrid grid = ChannelGrid.of(rows, channels, 512, address);
      int vector = grid.wide() == 1 ? 4 : 1;
      assertEquals(channels % 4 == 0 && address % 16 == 0, grid.wide() == 1);
      Extent block = grid.block();
      assertTrue(block.count() > 0 && block.count() <= 256, block::toString);
      int[] owners = new int[channels];
      for (int lane = 0; lane < grid.tiles() * grid.lanes(); lane++) {
        for (int c = lane * vector; c < Math.min((lane + 1) * vector, channels); c++) {
          owners[c]++;
        }
      }
      int[] once = new int[channels];
      Arrays.fill(once, 1);
      assertArrayEquals(once, owners);
      assertTrue((grid.tiles() - 1) * grid.lanes() * vector < channels || channels == 0);
      assertTrue(grid.mapGrid().y() <= Geometry.MOST_YZ);
      assertTrue(rows == 0 || channels == 0 || grid.mapGrid().count() > 0);
    }
  }

  @Test
  void gridsOfElements() {
    assertEquals(Extent.of(0), Geometry.flat(0, true));
    assertEquals(Extent.of(1), Geometry.flat(1024, true));
    assertEquals(Extent.of(2), Geometry.flat(1025, true));
    assertEquals(Extent.of(4096), Geometry.flat(Integer.MAX_VALUE, false));
    assertEquals(Extent.of(2), Geometry.warps(9));
    assertTrue(Geometry.wide(256, 0, 32) && !Geometry.wide(256, 8));
  }
}
