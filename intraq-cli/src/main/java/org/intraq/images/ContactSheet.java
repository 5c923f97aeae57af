package org.intraq.images;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.intraq.models.data.Preprocessing;

/** Synthetic images as pictures by class, back from normalised to pixel values. */
public final class ContactSheet {
  private static final int GAP = 2;
  private static final int SMALL = 64;

  private ContactSheet() {}

  /**
   * A sheet with a row for each of the first {@code rows} classes that have images, and up to
   * {@code columns} of them in it. Where classes have fewer than two on average, as in small sets
   * of many classes, the first {@code rows * columns} images by class lie one after another.
   */
  public static BufferedImage of(
      ImageSource images, Preprocessing preprocessing, int rows, int columns) {
    List<List<Integer>> cells = cells(images, rows, columns);
    int side = preprocessing.size();
    int scale = side < SMALL ? 2 : 1;
    int step = side * scale + GAP;
    int wide = cells.stream().mapToInt(List::size).max().orElse(1);
    BufferedImage sheet =
        new BufferedImage(
            wide * step + GAP, Math.max(1, cells.size()) * step + GAP, BufferedImage.TYPE_INT_RGB);
    int[] white = new int[sheet.getWidth() * sheet.getHeight()];
    Arrays.fill(white, 0xffffff);
    sheet.setRGB(0, 0, sheet.getWidth(), sheet.getHeight(), white, 0, sheet.getWidth());
    float[] pixels = new float[images.imageLength()];
    for (int row = 0; row < cells.size(); row++) {
      for (int column = 0; column < cells.get(row).size(); column++) {
        images.read(cells.get(row).get(column), pixels, 0);
        draw(sheet, pixels, preprocessing, GAP + column * step, GAP + row * step, scale);
      }
    }
    return sheet;
  }

  /** Which image lies where: rows of indices. */
  private static List<List<Integer>> cells(ImageSource images, int rows, int columns) {
    Map<Integer, List<Integer>> byClass = new TreeMap<>();
    for (int i = 0; i < images.size(); i++) {
      byClass.computeIfAbsent(images.label(i), unused -> new ArrayList<>()).add(i);
    }
    if (images.size() >= 2 * byClass.size()) {
      return byClass.values().stream()
          .limit(rows)
          .map(of -> of.subList(0, Math.min(columns, of.size())))
          .toList();
    }
    List<Integer> all = byClass.values().stream().flatMap(List::stream).toList();
    return IntStream.range(0, Math.min(rows, Math.ceilDiv(all.size(), columns)))
        .mapToObj(row -> all.subList(row * columns, Math.min(all.size(), (row + 1) * columns)))
        .toList();
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
