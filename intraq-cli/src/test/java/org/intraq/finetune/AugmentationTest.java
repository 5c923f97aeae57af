package org.intraq.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.intraq.autograd.Tape;
import org.intraq.config.FineTuningConfig;
import org.intraq.config.Presets;
import org.intraq.models.data.Preprocessing;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.random.PhiloxRandom;
import org.junit.jupiter.api.Test;

/** What fine-tuning makes of its images. */
final class AugmentationTest {
  private static final int N = 400;
  private static final int SIDE = 16;
  private static final int CHANNELS = 3;
  private static final Preprocessing PIXELS = Preprocessing.CIFAR;

  private static FineTuningConfig config(String settings) {
    return Presets.read(
            ConfigFactory.parseString(settings)
                .withFallback(Presets.tree("paper", Presets.Profile.CIFAR10)))
        .fineTuning();
  }

  /** Images far outside of what pixels can be, so that a box shows. */
  private static float[] augmented(String settings, int seed) {
    float[] x = new float[N * SIDE * SIDE * CHANNELS];
    Arrays.fill(x, 100f);
    try (CpuBackend backend = new CpuBackend(1);
        Tape tape = new Tape(backend)) {
      Tensor images = tape.scope().of(x, N, SIDE, SIDE, CHANNELS);
      var augmentation = new Augmentation(backend, config(settings), PIXELS);
      return backend.memory().toArray(augmentation.apply(tape, images, new PhiloxRandom(seed)));
    }
  }

  private static boolean isErased(float[] images, int image, int pixel) {
    return images[(image * SIDE * SIDE + pixel) * CHANNELS] != 100f;
  }

  @Test
  void anErasedBoxIsARectangleOfOnePossibleColour() {
    float[] images = augmented("fine-tuning { erase = 1, erase-boxes = 1 }", 3);
    int smallest = SIDE * SIDE;
    int largest = 0;
    for (int i = 0; i < N; i++) {
      int top = SIDE;
      int bottom = -1;
      int left = SIDE;
      int right = -1;
      int count = 0;
      float[] colour = null;
      for (int p = 0; p < SIDE * SIDE; p++) {
        if (!isErased(images, i, p)) {
          continue;
        }
        int at = (i * SIDE * SIDE + p) * CHANNELS;
        float[] here = Arrays.copyOfRange(images, at, at + CHANNELS);
        colour = colour == null ? here : colour;
        assertArrayEquals(colour, here, 0f, "one colour");
        top = Math.min(top, p / SIDE);
        bottom = Math.max(bottom, p / SIDE);
        left = Math.min(left, p % SIDE);
        right = Math.max(right, p % SIDE);
        count++;
      }
      assertEquals((bottom - top + 1) * (right - left + 1), count, "a rectangle");
      for (int c = 0; c < CHANNELS; c++) {
        assertTrue(colour[c] >= PIXELS.black(c) && colour[c] <= PIXELS.white(c));
      }
      smallest = Math.min(smallest, count);
      largest = Math.max(largest, count);
    }
    // A fiftieth to a half of the area, sides rounded.
    assertTrue(smallest >= 3 && smallest < 20, "smallest " + smallest);
    assertTrue(largest <= 144 && largest > 110, "largest " + largest);
  }

  @Test
  void theShareOfErasedImagesIsTheOneAskedFor() {
    float[] images = augmented("fine-tuning { erase = 0.25 }", 5);
    int erased = 0;
    for (int i = 0; i < N; i++) {
      for (int p = 0; p < SIDE * SIDE; p++) {
        if (isErased(images, i, p)) {
          erased++;
          break;
        }
      }
    }
    // Four standard deviations of a binomial.
    assertEquals(0.25 * N, erased, 4 * Math.sqrt(N * 0.25 * 0.75));
  }

  @Test
  void theNumberOfBoxesIsLogUniform() {
    float[] images = augmented("fine-tuning { erase = 1, erase-boxes = 15 }", 9);
    int one = 0;
    for (int i = 0; i < N; i++) {
      Set<Float> colours = new HashSet<>();
      for (int p = 0; p < SIDE * SIDE; p++) {
        if (isErased(images, i, p)) {
          colours.add(images[(i * SIDE * SIDE + p) * CHANNELS]);
        }
      }
      assertTrue(!colours.isEmpty() && colours.size() <= 15);
      one += colours.size() == 1 ? 1 : 0;
    }
    // log 2 / log 16 = a quarter of the images, and those in which the last box covers the others.
    assertEquals(0.25 * N, one, 5 * Math.sqrt(N * 0.25 * 0.75));
  }

  @Test
  void noneIsErasedWhereNoneIsAskedFor() {
    for (float v : augmented("fine-tuning { erase = 0 }", 7)) {
      assertEquals(100f, v, 1e-4f);
    }
  }

  @Test
  void theDrawsDecide() {
    String settings = "fine-tuning { erase = 0.5 }";
    assertArrayEquals(augmented(settings, 1), augmented(settings, 1), 0f);
    assertFalse(Arrays.equals(augmented(settings, 1), augmented(settings, 2)));
  }

  @Test
  void blackAndWhiteAreWhereThePreprocessingPutsThem() {
    assertEquals(-0.485 / 0.229, PIXELS.black(0), 1e-6);
    assertEquals((1 - 0.456) / 0.224, PIXELS.white(1), 1e-6);
    assertEquals(-1f, Preprocessing.KERAS_MOBILENET.black(2), 0f);
    assertEquals(1f, Preprocessing.KERAS_MOBILENET.white(2), 0f);
  }
}
