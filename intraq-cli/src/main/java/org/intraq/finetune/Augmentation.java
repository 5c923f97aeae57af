package org.intraq.finetune;

import org.intraq.autograd.Tape;
import org.intraq.config.FineTuningConfig;
import org.intraq.models.data.Preprocessing;
import org.intraq.synthesis.LocalObjectReinforcement;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/**
 * What teacher and student see of a synthetic image: a random part of it, flipped or not, and some
 * images covered in part with boxes of one colour.
 *
 * <p>Synthetic images are rough everywhere, while real ones have smooth parts, plain backgrounds
 * and edges between them. There whole areas share a code, and where a student has the wrong one it
 * is wrong everywhere at once; no loss on synthetic images tells. Small parts, enlarged, are
 * smooth, and overlapping boxes of many sizes have the areas and edges. Sources: the crop of the
 * released program; Zhong et al., Random Erasing Data Augmentation, AAAI 2020; the dead leaves
 * model of natural images, Lee, Mumford and Huang, IJCV 2001, whose leaves are boxes here.
 */
final class Augmentation {
  private static final double CROP_ASPECT = 4.0 / 3.0;
  private static final double ERASE_ASPECT = 3;
  private static final double SMALLEST_ERASED = 0.02;
  private static final double LARGEST_ERASED = 0.5;
  private static final int TRIES = 10;

  private final Backend backend;
  private final FineTuningConfig config;
  private final Preprocessing preprocessing;

  Augmentation(Backend backend, FineTuningConfig config, Preprocessing preprocessing) {
    this.backend = backend;
    this.config = config;
    this.preprocessing = preprocessing;
  }

  /**
   * The images to learn from.
   *
   * @param x [N, H, W, C], released here
   */
  Tensor apply(Tape tape, Tensor x, PhiloxRandom draws) {
    Tensor y = crop(tape, x, draws);
    if (config.erase() > 0) {
      float[] pixels = backend.memory().toArray(y);
      erase(pixels, y.extent(0), y.extent(1), y.extent(2), y.extent(3), draws);
      backend.memory().upload(pixels, 0, y);
    }
    return y;
  }

  private Tensor crop(Tape tape, Tensor x, PhiloxRandom draws) {
    int n = x.extent(0);
    int h = x.extent(1);
    int w = x.extent(2);
    int[] boxes = new int[4 * n];
    int[] flips = new int[n];
    for (int i = 0; i < n; i++) {
      int[] box =
          LocalObjectReinforcement.areaBox(draws, config.cropArea(), 1, CROP_ASPECT, TRIES, h, w);
      System.arraycopy(box, 0, boxes, 4 * i, 4);
      flips[i] = draws.uniform() < 0.5f ? 1 : 0;
    }
    Tensor y = tape.empty(x.shape());
    Scope s = tape.scope();
    backend.resample().cropResizeFlip(x, s.of(boxes, n, 4), s.of(flips, n), y);
    s.release(x);
    return y;
  }

  /** Covers some images with boxes of one colour each, every channel between black and white. */
  void erase(float[] pixels, int n, int h, int w, int channels, PhiloxRandom draws) {
    for (int i = 0; i < n; i++) {
      if (draws.uniform() >= config.erase()) {
        continue;
      }
      int boxes = (int) StrictMath.pow(config.eraseBoxes() + 1.0, draws.uniform());
      for (int b = 0; b < boxes; b++) {
        int[] box =
            LocalObjectReinforcement.areaBox(
                draws, SMALLEST_ERASED, LARGEST_ERASED, ERASE_ASPECT, TRIES, h, w);
        float[] colour = new float[channels];
        for (int c = 0; c < channels; c++) {
          colour[c] = draws.uniform(preprocessing.black(c), preprocessing.white(c));
        }
        fill(pixels, i * h, w, box, colour);
      }
    }
  }

  private static void fill(float[] pixels, int firstRow, int w, int[] box, float[] colour) {
    for (int y = box[0]; y < box[0] + box[2]; y++) {
      for (int x = box[1]; x < box[1] + box[3]; x++) {
        int at = ((firstRow + y) * w + x) * colour.length;
        System.arraycopy(colour, 0, pixels, at, colour.length);
      }
    }
  }
}
