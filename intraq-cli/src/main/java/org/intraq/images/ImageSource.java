package org.intraq.images;

/** Labelled images in a network's input space, read one at a time. */
public interface ImageSource {
  /** How many. */
  int size();

  /** Floats of an image, H * W * C. */
  int imageLength();

  /** The label of image {@code index}. */
  int label(int index);

  /** Writes image {@code index} as [H, W, C] to {@code target[offset]} on. */
  void read(int index, float[] target, int offset);

  /** Images in memory: values [N, H, W, C]. */
  static ImageSource of(float[] values, int[] labels) {
    int length = labels.length == 0 ? 0 : values.length / labels.length;
    return new ImageSource() {
      @Override
      public int size() {
        return labels.length;
      }

      @Override
      public int imageLength() {
        return length;
      }

      @Override
      public int label(int index) {
        return labels[index];
      }

      @Override
      public void read(int index, float[] target, int offset) {
        System.arraycopy(values, index * length, target, offset, length);
      }
    };
  }
}
