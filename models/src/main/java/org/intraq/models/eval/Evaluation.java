package org.intraq.models.eval;

import java.util.List;
import org.intraq.models.data.SkippedFile;

/**
 * What an evaluation found.
 *
 * @param images evaluated; skipped ones do not count
 * @param top1 images whose class has the largest logit
 * @param top5 images whose class is among the five largest
 * @param loss mean cross-entropy
 * @param seconds from the first batch asked for to the last one computed
 * @param fastest images a second of the fastest batch, from the end of the one before: what the
 *     first ones reach only when the JVM has compiled the kernels
 * @param skipped images that could not be decoded
 */
public record Evaluation(
    int images,
    int top1,
    int top5,
    double loss,
    double seconds,
    double fastest,
    List<SkippedFile> skipped) {
  /** Copies the list. */
  public Evaluation {
    skipped = List.copyOf(skipped);
  }

  /** Images a second. */
  public double imagesPerSecond() {
    return images / Math.max(seconds, 1e-9);
  }

  /** Share of images whose class has the largest logit, in percent. */
  public double percent() {
    return 100.0 * top1 / Math.max(1, images);
  }
}
