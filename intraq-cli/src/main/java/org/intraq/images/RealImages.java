package org.intraq.images;

import java.util.Arrays;
import org.intraq.models.data.Batch;
import org.intraq.models.data.BatchLoader;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;

/** A sample of real images in a network's input space, for comparisons and for nothing else. */
public final class RealImages {
  /** So many bytes of pixels at most, as they are all in memory at once. */
  private static final long MOST_BYTES = 256L << 20;

  private RealImages() {}

  /**
   * Up to {@code most} images at even distances, so that data sorted by class gives all classes;
   * those that cannot be decoded are left out.
   */
  public static ImageSource sample(ImageDataset data, Preprocessing preprocessing, int most) {
    int length = preprocessing.channels() * preprocessing.size() * preprocessing.size();
    int n = (int) Math.min(Math.min(most, data.size()), MOST_BYTES / (4L * length));
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = (int) ((long) i * data.size() / n);
    }
    float[] values = new float[n * length];
    int[] labels = new int[n];
    int at = 0;
    try (BatchLoader loader =
        new BatchLoader(data, preprocessing, order, BatchLoader.Options.forEvaluation(32))) {
      for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
        System.arraycopy(batch.pixels(), 0, values, at * length, batch.count() * length);
        System.arraycopy(batch.labels(), 0, labels, at, batch.count());
        at += batch.count();
      }
    }
    return ImageSource.of(Arrays.copyOf(values, at * length), Arrays.copyOf(labels, at));
  }
}
