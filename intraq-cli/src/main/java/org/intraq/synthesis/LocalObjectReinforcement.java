package org.intraq.synthesis;

import java.util.Optional;
import org.intraq.config.SynthesisConfig.Coin;
import org.intraq.config.SynthesisConfig.Crop;
import org.intraq.config.SynthesisConfig.Reinforcement;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/**
 * Local object reinforcement: now and then the network sees a part of the image, enlarged, so that
 * objects of all sizes form everywhere.
 *
 * <p>{@link Crop#SIDE}: a square part whose side is the image's times r ~ U(eta, 1), anywhere.
 * {@link Crop#AREA}: a part of area fraction U(eta, 1) and log-uniform aspect ratio; a part that
 * does not fit is drawn again, at last the centre; mirrored with a probability. Enlarging is
 * bilinear and differentiable back to the full images.
 *
 * <p>Source: the paper, equations 5 and 6; the area form is that of Szegedy et al., Going Deeper
 * with Convolutions, 2015, as the released program uses it.
 */
public final class LocalObjectReinforcement {
  /**
   * Parts of the images of a batch.
   *
   * @param boxes [N, 4]: top, left, height, width
   * @param flips [N]: 1 mirrors
   */
  public record Boxes(int[] boxes, int[] flips) {}

  private final Reinforcement config;

  /** Makes the component. */
  public LocalObjectReinforcement(Reinforcement config) {
    this.config = config;
  }

  /** The parts for one iteration, or nothing where the whole batch stays as it is. */
  public Optional<Boxes> draw(PhiloxRandom random, int n, int h, int w) {
    if (!config.enabled()) {
      return Optional.empty();
    }
    boolean wholeBatch = config.coin() == Coin.BATCH;
    if (wholeBatch && random.uniform() >= config.probability()) {
      return Optional.empty();
    }
    int[] boxes = new int[4 * n];
    int[] flips = new int[n];
    for (int i = 0; i < n; i++) {
      boolean cropped = wholeBatch || random.uniform() < config.probability();
      int[] box = cropped ? drawBox(random, h, w) : new int[] {0, 0, h, w};
      System.arraycopy(box, 0, boxes, 4 * i, 4);
      flips[i] = cropped && random.uniform() < config.flip() ? 1 : 0;
    }
    return Optional.of(new Boxes(boxes, flips));
  }

  private int[] drawBox(PhiloxRandom random, int h, int w) {
    if (config.crop() == Crop.SIDE) {
      float ratio = random.uniform((float) config.eta(), 1f);
      int height = Math.max(1, Math.round(ratio * h));
      int width = Math.max(1, Math.round(ratio * w));
      return place(random, h, w, height, width);
    }
    return areaBox(random, config.eta(), 1, config.aspect(), config.tries(), h, w);
  }

  /**
   * A random part by area: fraction U(low, high), aspect ratio log-uniform in [1 / aspect, aspect].
   */
  public static int[] areaBox(
      PhiloxRandom random, double low, double high, double aspect, int tries, int h, int w) {
    double logAspect = Math.log(aspect);
    for (int t = 0; t < tries; t++) {
      double area = h * (double) w * random.uniform((float) low, (float) high);
      double ratio = StrictMath.exp(logAspect * (2.0 * random.uniform() - 1.0));
      int width = (int) Math.rint(Math.sqrt(area * ratio));
      int height = (int) Math.rint(Math.sqrt(area / ratio));
      if (width > 0 && width <= w && height > 0 && height <= h) {
        return place(random, h, w, height, width);
      }
    }
    return centre(aspect, h, w);
  }

  private static int[] place(PhiloxRandom random, int h, int w, int height, int width) {
    int top = random.nextInt(h - height + 1);
    int left = random.nextInt(w - width + 1);
    return new int[] {top, left, height, width};
  }

  /** The largest centred part with an allowed aspect ratio. */
  private static int[] centre(double aspect, int h, int w) {
    int height = Math.min(h, (int) Math.rint(w * aspect));
    int width = Math.min(w, (int) Math.rint(h * aspect));
    return new int[] {(h - height) / 2, (w - width) / 2, height, width};
  }
}
