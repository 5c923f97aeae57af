package org.intraq.models.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A pair of idx files, images and labels, gzipped or not: the format of MNIST, Fashion-MNIST,
 * KMNIST and EMNIST.
 *
 * <p>An images file is {@code [count, rows, columns]} (grey) or {@code [count, rows, columns, 1 or
 * 3]} of unsigned bytes, a labels file {@code [count]}. Both are held in memory.
 */
public final class IdxDataset implements ImageDataset {
  private final Path imageFile;
  private final IdxFile images;
  private final IdxFile labels;
  private final int height;
  private final int width;
  private final int channels;
  private final int classes;

  private IdxDataset(Path imageFile, IdxFile images, IdxFile labels) {
    this.imageFile = imageFile;
    this.images = images;
    this.labels = labels;
    this.height = images.extent(1);
    this.width = images.extent(2);
    this.channels = images.rank() == 4 ? images.extent(3) : 1;
    int greatest = 0;
    for (int i = 0; i < labels.extent(0); i++) {
      greatest = Math.max(greatest, labels.data()[i] & 0xFF);
    }
    this.classes = greatest + 1;
  }

  /**
   * Reads a pair.
   *
   * @throws DataException if a file is no idx file of unsigned bytes, is truncated or too long, or
   *     the two do not belong together
   */
  public static IdxDataset open(Path imageFile, Path labelFile) {
    IdxFile images = read(imageFile);
    IdxFile labels = read(labelFile);
    boolean imagesFit =
        images.rank() == 3
            || (images.rank() == 4 && (images.extent(3) == 1 || images.extent(3) == 3));
    if (!imagesFit || images.data().length == 0) {
      throw new DataException(
          "%s: holds an array of shape %s, not images [count, rows, columns]; give the images file first, then the labels file"
              .formatted(imageFile, images.shapeText()));
    }
    if (labels.rank() != 1 || labels.extent(0) != images.extent(0)) {
      throw new DataException(
          "%s: holds an array of shape %s, not the %d labels that %s needs; take the labels file of the same part"
              .formatted(labelFile, labels.shapeText(), images.extent(0), imageFile));
    }
    return new IdxDataset(imageFile, images, labels);
  }

  private static IdxFile read(Path file) {
    try {
      return IdxFile.read(file);
    } catch (IOException e) {
      throw ByteSource.unreadable(file, e);
    }
  }

  @Override
  public String name() {
    return "idx (" + imageFile + ")";
  }

  @Override
  public int size() {
    return images.extent(0);
  }

  @Override
  public int classCount() {
    return classes;
  }

  @Override
  public int label(int index) {
    return labels.data()[index] & 0xFF;
  }

  @Override
  public DecodedImage load(int index) {
    int n = height * width * channels;
    byte[] pixels = new byte[n];
    System.arraycopy(images.data(), Math.multiplyExact(index, n), pixels, 0, n);
    return new DecodedImage(height, width, channels, pixels);
  }

  @Override
  public String imageName(int index) {
    return imageFile + ", image " + index;
  }
}
