package org.intraq.models.eval;

import java.util.function.IntConsumer;
import org.intraq.models.data.Batch;
import org.intraq.models.data.BatchLoader;
import org.intraq.models.data.DataException;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;

/** Counts how often a classifier is right on a data set. */
public final class Evaluator {
  private static final int FIVE = 5;

  /**
   * How to evaluate.
   *
   * @param batch images computed at a time
   * @param limit the first so many images only; 0 for all
   */
  public record Options(int batch, int limit) {
    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    public Options {
      if (batch < 1 || limit < 0) {
        throw new IllegalArgumentException(
            "evaluation: expected a batch of at least 1 and a limit of at least 0, got "
                + batch
                + ", "
                + limit);
      }
    }

    int images(ImageDataset data) {
      return limit == 0 ? data.size() : Math.min(limit, data.size());
    }
  }

  private final Classifier classifier;
  private final float[] logits;
  private int images;
  private int top1;
  private int top5;
  private double loss;

  private Evaluator(Classifier classifier, Options options) {
    this.classifier = classifier;
    this.logits = new float[Math.multiplyExact(options.batch, classifier.classes())];
  }

  /**
   * Evaluates; images that cannot be decoded are left out and reported.
   *
   * @param progress is told after each batch how many images are done
   * @throws DataException if a label is none of the classifier's classes, or no image could be
   *     decoded
   */
  public static Evaluation run(
      Classifier classifier,
      ImageDataset data,
      Preprocessing preprocessing,
      Options options,
      IntConsumer progress) {
    int count = options.images(data);
    checkLabels(classifier.classes(), data, count);
    Evaluator evaluator = new Evaluator(classifier, options);
    long start = System.nanoTime();
    try (BatchLoader loader =
        new BatchLoader(
            data,
            preprocessing,
            BatchLoader.inOrder(count),
            BatchLoader.Options.forEvaluation(options.batch))) {
      double fastest = 0;
      long last = start;
      for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
        evaluator.add(batch);
        long now = System.nanoTime();
        fastest = Math.max(fastest, batch.count() * 1e9 / Math.max(1, now - last));
        last = now;
        progress.accept(evaluator.images + loader.skipped().size());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      if (evaluator.images == 0) {
        throw new DataException(
            data.name()
                + ": none of the images can be used; the first: "
                + loader.skipped().getFirst());
      }
      return new Evaluation(
          evaluator.images,
          evaluator.top1,
          evaluator.top5,
          evaluator.loss / evaluator.images,
          seconds,
          fastest,
          loader.skipped());
    }
  }

  /**
   * Throws if an image has a class that the network does not know.
   *
   * @param count how many images to look at
   */
  public static void checkLabels(int classes, ImageDataset data, int count) {
    for (int i = 0; i < count; i++) {
      if (data.label(i) >= classes) {
        throw new DataException(
            "%s: has class %d, but the network only knows classes 0 to %d; take the data set it was trained for"
                .formatted(data.imageName(i), data.label(i), classes - 1));
      }
    }
  }

  private void add(Batch batch) {
    int classes = classifier.classes();
    classifier.logits(batch.pixels(), batch.count(), logits);
    for (int i = 0; i < batch.count(); i++) {
      int better = rank(logits, i * classes, classes, batch.labels()[i]);
      top1 += better < 1 ? 1 : 0;
      top5 += better < FIVE ? 1 : 0;
      loss += crossEntropy(logits, i * classes, classes, batch.labels()[i]);
    }
    images += batch.count();
  }

  /**
   * How many logits stand before that of the label, the first among equals first; NaN stands before
   * everything, so that a network which computes NaN is never right.
   */
  static int rank(float[] logits, int from, int classes, int label) {
    float own = logits[from + label];
    int before = 0;
    for (int c = 0; c < classes; c++) {
      boolean behind = c < label ? logits[from + c] < own : logits[from + c] <= own;
      before += behind ? 0 : 1;
    }
    return before;
  }

  /** -log softmax(logits)[label], by the largest logit in double. */
  static double crossEntropy(float[] logits, int from, int classes, int label) {
    double max = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < classes; c++) {
      max = Math.max(max, logits[from + c]);
    }
    double sum = 0;
    for (int c = 0; c < classes; c++) {
      sum += Math.exp(logits[from + c] - max);
    }
    return max + Math.log(sum) - logits[from + label];
  }
}
