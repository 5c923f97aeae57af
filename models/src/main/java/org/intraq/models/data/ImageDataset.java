package org.intraq.models.data;

import java.util.List;

/**
 * A numbered collection of labelled images.
 *
 * <p>All methods may be called from several threads at once. The order is fixed by the data (file
 * order of records, sorted paths, rows of a CSV), never by the file system.
 */
public interface ImageDataset {
  /** Returns a short name for messages: what it is and where it lies. */
  String name();

  /** Returns the number of images, at least 1. */
  int size();

  /**
   * Returns the number of classes: what the format fixes (CIFAR), or else one more than the
   * greatest label present. A folder with images of some ImageNet classes may therefore say less
   * than 1000.
   */
  int classCount();

  /** Returns the class of image {@code index}, in {@code 0..classCount()-1}. */
  int label(int index);

  /**
   * Decodes image {@code index}.
   *
   * @throws DataException if the image cannot be decoded; the sentence names it
   */
  DecodedImage load(int index);

  /** Returns how the user would name image {@code index}: its path, or its file and record. */
  String imageName(int index);

  /**
   * Whether classes got their numbers from the sorted names of those that are there. The numbers
   * are those of a network only if it was trained on classes of the same names, all of them.
   */
  default boolean numberedByName() {
    return false;
  }

  /** Returns the files left out when the data set was opened, with reasons; mostly empty. */
  default List<SkippedFile> skipped() {
    return List.of();
  }
}
