package org.intraq.tensor.kernel.resample;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.assertClose;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.doubles;
import static org.intraq.tensor.testing.Frames.frame;
import static org.intraq.tensor.testing.Frames.window;
import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.kernel.layout.BatchTransposeReference;
import org.intraq.tensor.parallel.Workers;
import org.intraq.tensor.testing.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class CropResizeFlipContractTest {
  private static final CropResizeFlip REFERENCE = new CropResizeFlipReference();
  private static final CropResizeFlip ONE = new CropResizeFlipSimd(new Workers(1));
  private static final CropResizeFlip TWO = new CropResizeFlipSimd(new Workers(2));

  static List<CropResizeFlip> implementations() {
    return List.of(REFERENCE, ONE, TWO);
  }

  /** Images, boxes and mirroring of one call. */
  private record Case(int n, int h, int w, int c, int oh, int ow, int[] boxes, int[] flip) {
    static Case random(int n, int h, int w, int c, int oh, int ow, long seed) {
      Random random = new Random(seed);
      int[] boxes = new int[4 * n];
      int[] flip = new int[n];
      for (int i = 0; i < n; i++) {
        boxes[4 * i + 2] = 1 + random.nextInt(h);
        boxes[4 * i + 3] = 1 + random.nextInt(w);
        boxes[4 * i] = random.nextInt(h - boxes[4 * i + 2] + 1);
        boxes[4 * i + 1] = random.nextInt(w - boxes[4 * i + 3] + 1);
        flip[i] = random.nextInt(2) * 5;
      }
      return new Case(n, h, w, c, oh, ow, boxes, flip);
    }

    int in() {
      return n * h * w * c;
    }

    int out() {
      return n * oh * ow * c;
    }

    float[] forward(CropResizeFlip kernel, float[] x) {
      float[] y = blank(out());
      kernel.forward(n, h, w, c, oh, ow, frame(x), MARGIN, boxes, 0, flip, 0, y, MARGIN);
      return window(y);
    }

    float[] backward(CropResizeFlip kernel, float[] dy) {
      float[] dx = blank(in());
      kernel.backward(n, h, w, c, oh, ow, frame(dy), MARGIN, boxes, 0, flip, 0, dx, MARGIN);
      return window(dx);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void answersWorkedByHand(CropResizeFlip kernel) {
    // Two samples to four: positions -1/4 (held at 0), 1/4, 3/4, 5/4 (held at the last sample).
    Case row = new Case(2, 1, 2, 1, 1, 4, new int[] {0, 0, 1, 2, 0, 0, 1, 2}, new int[] {0, 1});
    float[] y = row.forward(kernel, new float[] {8, 16, 8, 16});
    assertArrayEquals(new float[] {8, 10, 14, 16, 16, 14, 10, 8}, y);
    float[] dx = row.backward(kernel, new float[] {1, 2, 4, 8, 1, 2, 4, 8});
    // 1 + 2 * 3/4 + 4 * 1/4 and 2 * 1/4 + 4 * 3/4 + 8; mirrored 8 + 4 * 3/4 + 2 * 1/4, ...
    assertArrayEquals(new float[] {3.5f, 11.5f, 11.5f, 3.5f}, dx);
    // The lower right 2x2 of 3x3, two channels, to one pixel: the mean of four.
    float[] x = new float[18];
    for (int i = 0; i < 9; i++) {
      x[2 * i] = i;
      x[2 * i + 1] = -2 * i;
    }
    Case corner = new Case(1, 3, 3, 2, 1, 1, new int[] {1, 1, 2, 2}, new int[] {0});
    assertArrayEquals(new float[] {6, -12}, corner.forward(kernel, x));
    float[] expected = new float[18];
    for (int pixel : new int[] {4, 5, 7, 8}) {
      expected[2 * pixel] = 1;
      expected[2 * pixel + 1] = -2;
    }
    assertArrayEquals(expected, corner.backward(kernel, new float[] {4, -8}));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void theWholeImageAtItsOwnSizeStaysAsItIs(CropResizeFlip kernel) {
    Case whole = new Case(2, 7, 5, 3, 7, 5, new int[] {0, 0, 7, 5, 0, 0, 7, 5}, new int[] {0, 0});
    float[] x = signed(whole.in(), 1);
    assertArrayEquals(x, whole.forward(kernel, x));
    assertArrayEquals(x, whole.backward(kernel, x));
    Case mirrored = new Case(2, 7, 5, 3, 7, 5, whole.boxes(), new int[] {1, 1});
    assertArrayEquals(x, mirrored.forward(kernel, mirrored.forward(kernel, x)));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void asPyTorchDoesIt(CropResizeFlip kernel) {
    Golden golden = Golden.resource("crop_resize_flip.safetensors");
    Case batch =
        new Case(
            6, 32, 32, 3, 32, 32, golden.ints("box_top_left_height_width"), golden.ints("flip"));
    assertEquals(true, Arrays.stream(batch.flip()).distinct().count() == 2, "both flips occur");
    float[] x = channelsLast(golden.floats("images"));
    float[] dy = channelsLast(golden.floats("grad_output"));
    // PyTorch takes sample positions in float: up to 32 pixels, so weights are off by 32 eps / 2,
    // in two dimensions, times the difference of neighbouring samples.
    double position = 2 * 32 * EPS;
    double largest = 0;
    for (float value : x) {
      largest = Math.max(largest, Math.abs(value));
    }
    double[] bound = new double[x.length];
    Arrays.fill(bound, (position * 2 + 8 * EPS) * largest);
    assertClose(
        "output", doubles(channelsLast(golden.floats("output"))), batch.forward(kernel, x), bound);
    float[] gathered = batch.backward(REFERENCE, absolute(dy));
    double[] adjointBound = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      // A weight that is off moves gradient between neighbours: count the largest weight, 1.
      adjointBound[i] = (position + 16 * EPS) * (gathered[i] + 4 * largestOf(dy));
    }
    assertClose(
        "grad_input",
        doubles(channelsLast(golden.floats("grad_input"))),
        batch.backward(kernel, dy),
        adjointBound);
  }

  private static double largestOf(float[] values) {
    double largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static float[] channelsLast(float[] planes) {
    float[] result = new float[planes.length];
    new BatchTransposeReference().transpose(6, 3, 32 * 32, planes, 0, result, 0);
    return result;
  }

  @Property(tries = 120)
  void anySizesAnyBoxes(
      @ForAll @IntRange(max = 4) int n,
      @ForAll @IntRange(min = 1, max = 23) int h,
      @ForAll @IntRange(min = 1, max = 23) int w,
      @ForAll @IntRange(max = 5) int c,
      @ForAll @IntRange(max = 37) int oh,
      @ForAll @IntRange(max = 37) int ow) {
    Case drawn = Case.random(n, h, w, c, oh, ow, 31L * h + w);
    float[] x = signed(drawn.in(), 1);
    float[] dy = signed(drawn.out(), 2);
    float[] y = drawn.forward(REFERENCE, x);
    float[] dx = drawn.backward(REFERENCE, dy);
    double[] yBound = scaled(drawn.forward(REFERENCE, absolute(x)), 6 * EPS);
    double[] dxBound = scaled(drawn.backward(REFERENCE, absolute(dy)), (oh * ow + 6) * EPS);
    for (CropResizeFlip kernel : List.of(ONE, TWO)) {
      assertClose("y", doubles(y), drawn.forward(kernel, x), yBound);
      assertClose("dx", doubles(dx), drawn.backward(kernel, dy), dxBound);
    }
  }

  private static double[] scaled(float[] values, double factor) {
    double[] result = doubles(values);
    for (int i = 0; i < result.length; i++) {
      result[i] = result[i] * factor + Float.MIN_VALUE;
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void theBackwardPassIsTheAdjoint(CropResizeFlip kernel) {
    int[][] sizes = {{3, 32, 32, 3, 32, 32}, {2, 17, 29, 1, 40, 11}, {1, 61, 47, 3, 64, 64}};
    for (int[] s : sizes) {
      Case drawn = Case.random(s[0], s[1], s[2], s[3], s[4], s[5], 5);
      float[] x = signed(drawn.in(), 6);
      float[] v = signed(drawn.out(), 7);
      float[] y = drawn.forward(kernel, x);
      float[] dx = drawn.backward(kernel, v);
      double left = 0;
      double right = 0;
      double scale = 0;
      for (int i = 0; i < v.length; i++) {
        left += (double) y[i] * v[i];
        scale += Math.abs((double) y[i] * v[i]);
      }
      for (int i = 0; i < x.length; i++) {
        right += (double) x[i] * dx[i];
        scale += Math.abs((double) x[i] * dx[i]);
      }
      assertEquals(left, right, 8 * EPS * scale, "<A x, v> = <x, A' v>");
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void outsideTheBoxNothingIsReadAndTheGradientIsZero(CropResizeFlip kernel) {
    Case inner = new Case(1, 6, 6, 3, 8, 8, new int[] {2, 1, 3, 4}, new int[] {1});
    float[] x = new float[inner.in()];
    Arrays.fill(x, Float.NaN);
    for (int i = 2; i < 5; i++) {
      Arrays.fill(x, (i * 6 + 1) * 3, (i * 6 + 5) * 3, 2.5f);
    }
    float[] constant = new float[inner.out()];
    Arrays.fill(constant, 2.5f);
    assertArrayEquals(constant, inner.forward(kernel, x), "a constant box stays constant");
    float[] dx = inner.backward(kernel, constant);
    for (int i = 0; i < x.length; i++) {
      assertEquals(Float.isNaN(x[i]), dx[i] == 0, "element " + i);
    }
  }

  @Test
  void theSameBitsForAnyThreads() {
    Case batch = Case.random(9, 32, 32, 3, 32, 32, 3);
    float[] x = signed(batch.in(), 4);
    assertArrayEquals(batch.forward(ONE, x), batch.forward(TWO, x));
    assertArrayEquals(batch.backward(ONE, x), batch.backward(TWO, x));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void refusesWhatDoesNotFit(CropResizeFlip kernel) {
    int[] box = {0, 0, 2, 2};
    int[] flip = {0};
    float[] x = new float[12];
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernel.forward(1, 2, 2, 3, 3, 3, x, 0, box, 0, flip, 0, new float[26], 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernel.backward(1, 2, 2, 3, 2, 2, x, 0, box, 1, flip, 0, new float[12], 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> kernel.forward(1, -2, 2, 3, 3, 3, x, 0, box, 0, flip, 0, x, 0));
  }
}
