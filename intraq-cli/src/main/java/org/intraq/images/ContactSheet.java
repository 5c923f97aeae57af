package org.intraq.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.intraq.models.data.Preprocessing;

/** Synthetic images as pictures: a row for each class, back from normalised to pixel values. */
public final class ContactSheet {
  private static final int GAP = 2;
  private static final int SMALL = 64;

  private ContactSheet() {}

  /**
   * A sheet with up to {@code columns} images of each of the first {@code rows} classes.
   *
   * @param classes number of classes
   */
  public static BufferedImage of(
      ImageSource images, Preprocessing preprocessing, int classes, int rows, int columns) {
    int side = preprocessing.size();
    int scale = side < SMALL ? 2 : 1;
    int shown = Math.min(rows, classes);
    int step = side * scale + GAP;
    BufferedImage sheet =
        new BufferedImage(columns * step + GAP, shown * step + GAP, BufferedImage.TYPE_INT_RGB);
    int[] white = new int[sheet.getWidth() * sheet.getHeight()];
    Arrays.fill(white, 0xffffff);
    sheet.setRGB(0, 0, sheet.getWidth(), sheet.getHeight(), white, 0, sheet.getWidth());
    int[] used = new int[classes];
    float[] pixels = new float[images.imageLength()];
    for (int i = 0; i < images.size(); i++) {
      int label = images.label(i);
      if (label < shown && used[label] < columns) {
        images.read(i, pixels, 0);
        draw(sheet, pixels, preprocessing, GAP + used[label] * step, GAP + label * step, scale);
        used[label]++;
      }
    }
    return sheet;
  }

  private static void draw(
      BufferedImage sheet, float[] pixels, Preprocessing p, int left, int top, int scale) {
    int side = p.size();
    for (int y = 0; y < side * scale; y++) {
      for (int x = 0; x < side * scale; x++) {
        int at = ((y / scale) * side + x / scale) * p.channels();
        int rgb = 0;
        for (int c = 0; c < 3; c++) {
          int k = Math.min(c, p.channels() - 1);
          double value = 255 * (pixels[at + k] * p.std().get(k) + p.mean().get(k));
          rgb = rgb << 8 | (int) Math.max(0, Math.min(255, Math.round(value)));
        }
        sheet.setRGB(left + x, top + y, rgb);
      }
    }
  }

  /** The bytes of a PNG file. */
  public static byte[] png(BufferedImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.setUseCache(false);
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
