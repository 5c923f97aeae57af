package org.intraq.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.intraq.tensor.DType;
import org.intraq.tensor.Device;
import org.intraq.tensor.HeapStorage;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Bad input to the loss, resampling, quantizer, optimiser and random roles: refused by name, with
 * what was expected and what came, and nothing written.
 */
class CpuRoleArgumentsTest {
  private static final Workers WORKERS = new Workers(1);
  private final CpuLoss loss = new CpuLoss(WORKERS);
  private final CpuResample resample = new CpuResample(WORKERS);
  private final CpuQuantize quantize = new CpuQuantize(WORKERS);
  private final CpuOptimizer optimizer = new CpuOptimizer(WORKERS);
  private final CpuRandom random = new CpuRandom(WORKERS);

  private final Tensor x = filled(2, 3);
  private final Tensor y = filled(2, 3);
  private final Tensor rows = filled(2);
  private final Tensor labels = Tensor.wrap(new int[] {0, 2}, 2);

  private static Tensor filled(int... extents) {
    float[] values = new float[Shape.of(extents).size()];
    Arrays.fill(values, 7f);
    return Tensor.wrap(values, extents);
  }

  private void assertRefused(String message, Executable call) {
    Throwable failure = assertThrows(IllegalArgumentException.class, call);
    assertEquals(message, failure.getMessage());
    for (Tensor tensor : new Tensor[] {x, y, rows}) {
      for (float value : tensor.floats()) {
        assertEquals(7f, value, "something was written");
      }
    }
  }

  @Test
  void losses() {
    assertRefused("softmax: expected x of 2 dimensions, got [2]", () -> loss.softmax(rows, rows));
    assertRefused(
        "softmax: expected y of the shape of x, [2, 3], got [3, 2]",
        () -> loss.softmax(x, y.reshape(3, 2)));
    assertRefused(
        "crossEntropy: expected labels in [0, 3), got 3 at index 1",
        () -> loss.crossEntropy(x, Tensor.wrap(new int[] {0, 3}, 2), 0, rows, y));
    assertRefused(
        "pick: expected labels in [0, 3), got -1 at index 0",
        () -> loss.pick(x, Tensor.wrap(new int[] {-1, 0}, 2), rows));
    assertRefused(
        "crossEntropy: expected labels of type S32, got F32[2] on cpu",
        () -> loss.crossEntropy(x, rows, 0, rows, y));
    assertRefused(
        "crossEntropy: expected labels of shape [2], got [1]",
        () -> loss.crossEntropy(x, labels.slice(0, 1), 0, rows, y));
    assertRefused(
        "crossEntropy: expected smoothing in [0, 1], got 1.5",
        () -> loss.crossEntropy(x, labels, 1.5f, rows, y));
    assertRefused(
        "crossEntropy: expected smoothing in [0, 1], got NaN",
        () -> loss.crossEntropy(x, labels, Float.NaN, rows, y));
    assertRefused(
        "klDivergence: expected a finite temperature > 0, got 0.0",
        () -> loss.klDivergence(x, y, 0, rows));
    assertRefused(
        "cosineSimilarity: expected a finite eps >= 0, got -1.0",
        () -> loss.cosineSimilarity(x, y, -1, rows));
    assertRefused(
        "cosineSimilarity: expected y of shape [2], got [3]",
        () -> loss.cosineSimilarity(x, y, 0, filled(3)));
  }

  @Test
  void outputsThatOverlapInputs() {
    Tensor both = filled(3, 3);
    Throwable failure =
        assertThrows(
            IllegalArgumentException.class, () -> loss.softmax(both.slice(0, 2), both.slice(1, 3)));
    assertTrue(failure.getMessage().startsWith("softmax: expected y to share no memory with x"));
    assertThrows(IllegalArgumentException.class, () -> loss.crossEntropy(x, labels, 0, rows, x));
    assertThrows(
        IllegalArgumentException.class,
        () -> optimizer.sgd(x, x, null, 1, 0.1f, 0, 0, false, true));
  }

  @Test
  void boxes() {
    Tensor image = filled(1, 4, 5, 3);
    Tensor result = filled(1, 2, 2, 3);
    Tensor flip = Tensor.wrap(new int[1], 1);
    int[][] bad = {{-1, 0, 2, 2}, {0, 0, 0, 2}, {3, 0, 2, 2}, {0, 4, 2, 2}, {1, 1, 2, 1 << 30}};
    for (int[] box : bad) {
      Throwable failure =
          assertThrows(
              IllegalArgumentException.class,
              () -> resample.cropResizeFlip(image, Tensor.wrap(box, 1, 4), flip, result));
      String text = Arrays.toString(box);
      assertEquals(
          "cropResizeFlip: expected boxes (top, left, height, width) of at least 1x1 within 4x5,"
              + (" got (" + text.substring(1, text.length() - 1) + ") for image 0"),
          failure.getMessage());
    }
    Tensor box = Tensor.wrap(new int[] {0, 0, 4, 5}, 1, 4);
    assertRefused(
        "cropResizeFlip: expected x of 4 dimensions, got [2, 3]",
        () -> resample.cropResizeFlip(x, box, flip, result));
    assertRefused(
        "cropResizeFlipBackward: expected dy of shape [1, 2, 2, 3], got [1, 2, 2, 1]",
        () -> resample.cropResizeFlipBackward(filled(1, 2, 2, 1), box, flip, image));
    assertRefused(
        "cropResizeFlip: expected flip of shape [1], got [2]",
        () -> resample.cropResizeFlip(image, box, Tensor.wrap(new int[2], 2), result));
  }

  @Test
  void quantizers() {
    Tensor range = Tensor.wrap(new float[] {-1, 1}, 2);
    Tensor ranges = Tensor.wrap(new float[6], 2, 3);
    Tensor codes = Tensor.wrap(DType.S8, new byte[6], 2, 3);
    assertRefused(
        "fakeQuantize: expected 1 to 16 bits, got 0", () -> quantize.fakeQuantize(x, range, 0, y));
    assertRefused("codes: expected 1 to 8 bits, got 9", () -> quantize.codes(x, range, 9, codes));
    assertRefused(
        "fakeQuantize: expected range of shape [2], got [2, 3]",
        () -> quantize.fakeQuantize(x, ranges, 4, y));
    assertRefused(
        "fakeQuantizeChannels: expected ranges of shape [2, 3], got [2]",
        () -> quantize.fakeQuantizeChannels(x, range, 4, y));
    Tensor unsigned = Tensor.wrap(DType.U8, new byte[6], 2, 3);
    assertRefused(
        "codesChannels: expected codes of type S8, got U8[2, 3] on cpu",
        () -> quantize.codesChannels(x, ranges, 4, unsigned));
    assertRefused(
        "fakeQuantizeBackward: expected dx of the shape of x, [2, 3], got [2]",
        () -> quantize.fakeQuantizeBackward(x, range, 4, true, y, rows));
  }

  @Test
  void theStraightThroughGradientIsTheGradientItself() {
    Tensor range = Tensor.wrap(new float[] {0, 1}, 2);
    Tensor dy = Tensor.wrap(new float[] {1, -2, 3, -4, 5, -6}, 2, 3);
    quantize.fakeQuantizeBackward(x, range, 4, false, dy, y);
    assertArrayEquals(dy.floats(), y.floats());
    quantize.fakeQuantizeBackward(x, range, 4, true, dy, y);
    assertArrayEquals(new float[6], y.floats(), "7 is outside [0, 1]");
    Tensor ranges = Tensor.wrap(new float[] {0, 0, 0, 1, 9, 1}, 2, 3);
    quantize.fakeQuantizeChannelsBackward(x, ranges, 4, true, dy, y);
    assertArrayEquals(new float[] {0, -2, 0, 0, 5, 0}, y.floats());
    quantize.fakeQuantizeChannelsBackward(x, ranges, 4, false, dy, y);
    assertArrayEquals(dy.floats(), y.floats());
  }

  @Test
  void optimisers() {
    assertRefused(
        "sgd: expected grad of the shape of p, [2, 3], got [2]",
        () -> optimizer.sgd(x, rows, null, 1, 0.1f, 0, 0, false, true));
    assertRefused(
        "sgd: expected v to be a tensor, got null",
        () -> optimizer.sgd(x, y, null, 1, 0.1f, 0.9f, 0, false, true));
    Tensor m = filled(2, 3);
    Tensor s = filled(2, 3);
    assertRefused(
        "adam: expected a step that counts from 1, got 0",
        () -> optimizer.adam(x, y, m, s, 0.1f, 0.9f, 0.999f, 1e-8f, 0));
    assertRefused(
        "adam: expected beta2 in [0, 1), got 1.0",
        () -> optimizer.adam(x, y, m, s, 0.1f, 0.9f, 1f, 1e-8f, 1));
  }

  @Test
  void randomNumbers() {
    assertRefused(
        "uniform: expected low <= high with a finite difference, got [2.0, 1.0)",
        () -> random.uniform(1, 0, 2, 1, x));
    float most = Float.MAX_VALUE;
    assertRefused(
        "uniform: expected low <= high with a finite difference, got ["
            + (-most + ", " + most + ")"),
        () -> random.uniform(1, 0, -most, most, x));
    assertRefused(
        "normal: expected y of type F32, got S32[2] on cpu",
        () -> random.normal(1, 0, 0, 1, labels));
  }

  @Test
  void tensorsOfAnotherDeviceAndReleasedOnes() {
    Storage elsewhere =
        new Storage() {
          @Override
          public Device device() {
            return new Device("cuda", 0);
          }

          @Override
          public DType dtype() {
            return DType.F32;
          }

          @Override
          public int length() {
            return 6;
          }

          @Override
          public boolean isLive() {
            return true;
          }
        };
    Tensor far = new Tensor(elsewhere, 0, Shape.of(2, 3));
    assertRefused(
        "softmax: expected x on cpu (copy it with MemoryOps.download and upload first), got"
            + " F32[2, 3] on cuda:0",
        () -> loss.softmax(far, y));
    HeapStorage storage = new HeapStorage(DType.F32, 6, new float[6]);
    Tensor dead = new Tensor(storage, 0, Shape.of(2, 3));
    storage.detach();
    Throwable failure = assertThrows(IllegalArgumentException.class, () -> loss.softmax(x, dead));
    assertTrue(failure.getMessage().startsWith("softmax: expected y in a live buffer"));
  }

  @Test
  void emptyTensorsWork() {
    Tensor none = filled(0, 3);
    Tensor noRows = filled(0);
    Tensor noLabels = Tensor.wrap(new int[0], 0);
    loss.softmax(none, filled(0, 3));
    loss.crossEntropy(none, noLabels, 0.1f, noRows, filled(0, 3));
    loss.klDivergence(none, none, 2, noRows);
    loss.pick(none, noLabels, noRows);
    loss.l2Normalize(filled(2, 0), 0, filled(2, 0));
    resample.cropResizeFlip(
        filled(0, 4, 4, 3), Tensor.wrap(new int[0], 0, 4), noLabels, filled(0, 2, 2, 3));
    quantize.fakeQuantize(none, Tensor.wrap(new float[] {0, 1}, 2), 4, filled(0, 3));
    quantize.fakeQuantizeChannels(filled(5, 0), Tensor.wrap(new float[0], 2, 0), 4, filled(5, 0));
    optimizer.adam(none, filled(0, 3), filled(0, 3), filled(0, 3), 1, 0, 0, 0, 1);
    random.normal(1, 2, 0, 1, none);
  }
}
