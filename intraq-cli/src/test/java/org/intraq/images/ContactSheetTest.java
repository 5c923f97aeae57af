package org.intraq.images;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.junit.jupiter.api.Test;

class ContactSheetTest {
  private static final int SIDE = 4;
  private static final int WHITE = 0xffffff;

  /** Pixels that are their own values: mean 0, deviation 1. */
  private static final Preprocessing PLAIN =
      new Preprocessing(
          Preprocessing.Resize.NONE, 0, SIDE, 0, 3, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

  /** Image i has the grey level 10 (i + 1) everywhere. */
  private static BufferedImage sheet(int rows, int columns, int... labels) {
    int length = SIDE * SIDE * 3;
    float[] values = new float[labels.length * length];
    for (int i = 0; i < labels.length; i++) {
      Arrays.fill(values, i * length, (i + 1) * length, 10 * (i + 1) / 255f);
    }
    return ContactSheet.of(ImageSource.of(values, labels), PLAIN, rows, columns);
  }

  /** The images of a sheet, row by row; -1 where there is none. Small ones are drawn twofold. */
  private static int[][] images(BufferedImage sheet) {
    int step = 2 * SIDE + 2;
    int[][] images = new int[sheet.getHeight() / step][sheet.getWidth() / step];
    for (int row = 0; row < images.length; row++) {
      for (int column = 0; column < images[row].length; column++) {
        int rgb = sheet.getRGB(column * step + 5, row * step + 5) & WHITE;
        images[row][column] = rgb == WHITE ? -1 : (rgb & 0xff) / 10 - 1;
      }
    }
    return images;
  }

  private static void assertImages(BufferedImage sheet, int[]... want) {
    assertEquals(Arrays.deepToString(want), Arrays.deepToString(images(sheet)));
  }

  @Test
  void aRowForEachClassThatHasImages() {
    assertImages(
        sheet(3, 2, 907, 5, 907, 11, 907, 950, 5, 950),
        new int[] {1, 6},
        new int[] {3, -1},
        new int[] {0, 2});
  }

  @Test
  void oneAfterAnotherWhereClassesHaveFewImages() {
    assertImages(sheet(2, 3, 900, 5, 800, 300), new int[] {1, 3, 2}, new int[] {0, -1, -1});
    assertImages(sheet(1, 2, 900, 5, 800, 300), new int[] {1, 3});
    assertImages(sheet(2, 2, 900, 5, 900), new int[] {1, 0}, new int[] {2, -1});
  }

  @Test
  void noImages() {
    BufferedImage sheet = ContactSheet.of(ImageSource.of(new float[0], new int[0]), PLAIN, 2, 2);
    assertImages(sheet, new int[] {-1});
  }
}
