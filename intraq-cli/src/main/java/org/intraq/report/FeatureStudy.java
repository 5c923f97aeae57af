package org.intraq.report;

import java.util.stream.IntStream;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.images.DeviceBatch;
import org.intraq.images.ImageSource;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.backend.Scope;

/**
 * The teacher's features of a set of images: how far apart images of a class are, and how they lie
 * in the plane.
 */
public final class FeatureStudy {
  private static final int BATCH = 64;
  private static final int POWER_ITERATIONS = 100;

  private final float[][] features;
  private final int[] labels;

  private FeatureStudy(float[][] features, int[] labels) {
    this.features = features;
    this.labels = labels;
  }

  /** Computes the features of up to {@code most} images. */
  public static FeatureStudy of(Parameters teacher, ImageSource images, int most) {
    int n = Math.min(images.size(), most);
    float[][] features = new float[n][];
    var backend = teacher.scope().backend();
    for (int from = 0; from < n; from += BATCH) {
      int to = Math.min(n, from + BATCH);
      try (Scope scope = new Scope(backend, "features");
          Tape tape = Tape.inference(backend)) {
        var batch = DeviceBatch.range(scope, images, teacher.network().input(), from, to);
        Variable x = Variable.constant(batch.images());
        var f = Forward.run(tape, teacher, x, Forward.Mode.EVALUATE, Hooks.NONE).features();
        float[] values = backend.memory().toArray(f.value());
        int width = values.length / (to - from);
        for (int i = from; i < to; i++) {
          features[i] =
              java.util.Arrays.copyOfRange(values, (i - from) * width, (i - from + 1) * width);
        }
      }
    }
    return new FeatureStudy(features, IntStream.range(0, n).map(images::label).toArray());
  }

  /** The class with the most images, the first among equals. */
  public int largestClass() {
    int[] counts = new int[IntStream.of(labels).max().orElse(0) + 1];
    int best = 0;
    for (int label : labels) {
      counts[label]++;
    }
    for (int c = 1; c < counts.length; c++) {
      best = counts[c] > counts[best] ? c : best;
    }
    return best;
  }

  /** The features of the images of one class. */
  public float[][] ofClass(int label) {
    return IntStream.range(0, labels.length)
        .filter(i -> labels[i] == label)
        .mapToObj(i -> features[i])
        .toArray(float[][]::new);
  }

  /**
   * The mean of 1 - cos(f_i, f_j) over pairs of different images of one class, over all classes
   * with at least two images; NaN if there is none. Source: the paper, section 3.2 and figure 3.
   */
  public double intraClassDistance() {
    double sum = 0;
    long pairs = 0;
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < i; j++) {
        if (labels[i] == labels[j]) {
          sum += 1 - cosine(features[i], features[j]);
          pairs++;
        }
      }
    }
    return pairs == 0 ? Double.NaN : sum / pairs;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
    }
    return dot / Math.max(1e-12, Math.sqrt(aa * bb));
  }

  /**
   * The first two principal axes of points, so that several sets can be shown in one plane: [3][C],
   * the mean and the axes. By power iteration from a fixed start.
   */
  public static double[][] plane(float[]... points) {
    int width = points[0].length;
    double[] mean = new double[width];
    for (float[] p : points) {
      for (int c = 0; c < width; c++) {
        mean[c] += p[c] / (double) points.length;
      }
    }
    double[] first = axis(points, mean, null);
    return new double[][] {mean, first, axis(points, mean, first)};
  }

  private static double[] axis(float[][] points, double[] mean, double[] orthogonalTo) {
    double[] v = new double[mean.length];
    for (int c = 0; c < v.length; c++) {
      v[c] = Math.sin(c + 1.0);
    }
    for (int k = 0; k < POWER_ITERATIONS; k++) {
      double[] next = new double[v.length];
      for (float[] p : points) {
        double dot = 0;
        for (int c = 0; c < v.length; c++) {
          dot += (p[c] - mean[c]) * v[c];
        }
        for (int c = 0; c < v.length; c++) {
          next[c] += dot * (p[c] - mean[c]);
        }
      }
      if (orthogonalTo != null) {
        double along = 0;
        for (int c = 0; c < v.length; c++) {
          along += next[c] * orthogonalTo[c];
        }
        for (int c = 0; c < v.length; c++) {
          next[c] -= along * orthogonalTo[c];
        }
      }
      double norm = Math.sqrt(java.util.Arrays.stream(next).map(x -> x * x).sum());
      for (int c = 0; c < v.length; c++) {
        v[c] = norm > 0 ? next[c] / norm : v[c];
      }
    }
    return v;
  }

  /** Coordinate {@code axis} (1 or 2) of points in a plane. */
  public static double[] project(float[][] points, double[][] plane, int axis) {
    double[] at = new double[points.length];
    for (int i = 0; i < at.length; i++) {
      for (int c = 0; c < plane[0].length; c++) {
        at[i] += (points[i][c] - plane[0][c]) * plane[axis][c];
      }
    }
    return at;
  }
}
