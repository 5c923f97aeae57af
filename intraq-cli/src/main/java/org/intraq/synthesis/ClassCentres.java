package org.intraq.synthesis;

/**
 * The mean feature of every class over the images finished so far, in this and earlier batches and
 * groups.
 *
 * <p>Sums are in double and in the order of the images, so that they do not depend on threads.
 * Source: the paper, equation 7.
 */
public final class ClassCentres {
  private final int classes;
  private final int channels;
  private final double[] sums;
  private final long[] counts;

  /** No image yet. */
  public ClassCentres(int classes, int channels) {
    this.classes = classes;
    this.channels = channels;
    this.sums = new double[classes * channels];
    this.counts = new long[classes];
  }

  /** Adds the features [N, C] of finished images. */
  public void add(float[] features, int[] labels) {
    for (int i = 0; i < labels.length; i++) {
      counts[labels[i]]++;
      for (int c = 0; c < channels; c++) {
        sums[labels[i] * channels + c] += features[i * channels + c];
      }
    }
  }

  /** Whether each image's class has a centre. */
  public boolean[] known(int[] labels) {
    boolean[] known = new boolean[labels.length];
    for (int i = 0; i < labels.length; i++) {
      known[i] = counts[labels[i]] > 0;
    }
    return known;
  }

  /** Each image's class centre [N, C]; ones where there is none yet. */
  public float[] of(int[] labels) {
    float[] centres = new float[labels.length * channels];
    for (int i = 0; i < labels.length; i++) {
      int label = labels[i];
      for (int c = 0; c < channels; c++) {
        centres[i * channels + c] =
            counts[label] > 0 ? (float) (sums[label * channels + c] / counts[label]) : 1f;
      }
    }
    return centres;
  }

  /** Number of classes. */
  public int classes() {
    return classes;
  }

  /** Sums [classes, C], live; to save and restore. */
  public double[] sums() {
    return sums;
  }

  /** Counts [classes], live; to save and restore. */
  public long[] counts() {
    return counts;
  }
}
