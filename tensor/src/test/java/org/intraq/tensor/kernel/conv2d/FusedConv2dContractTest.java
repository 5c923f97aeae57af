package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.intraq.tensor.kernel.batchnorm.AffineReluReference;
import org.intraq.tensor.kernel.batchnorm.AffineReluSimd;
import org.intraq.tensor.kernel.batchnorm.BatchMomentsReference;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2dSimd;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
class FusedConv2dContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final float CAP = 2.5f;

  static List<FusedConv2d> implementations() {
    return List.of(new FusedConv2dReference(), simd(WORKERS));
  }

  private static FusedConv2d simd(Workers workers) {
    return new FusedConv2dSimd(workers, new DepthwiseConv2dSimd(workers));
  }

  static List<Conv2dShape> shapes() {
    return Conv2dContractTest.shapes();
  }

  /** z, y, mean, variance; or dx, dResidual. */
  private record Outcome(float[]... arrays) {}

  private static Outcome forward(FusedConv2d conv, Conv2dShape s, boolean residual) {
    return forward(conv, s, residual, true);
  }

  private static Outcome forward(
      FusedConv2d conv, Conv2dShape s, boolean residual, boolean rectified) {
    float[] z = nans(s.outputSize());
    float[] y = nans(s.outputSize());
    float[] mean = nans(s.oc());
    float[] variance = nans(s.oc());
    ConvEpilogue epilogue =
        new ConvEpilogue(
            signed(s.oc(), 1),
            0,
            signed(s.oc(), 2),
            0,
            residual ? residual(s) : null,
            0,
            floor(rectified),
            cap(rectified),
            y,
            0,
            mean,
            0,
            variance,
            0);
    PackedWeights packed = conv.packForward(s, signed(s.weightSize(), 3), 0);
    conv.forward(s, signed(s.inputSize(), 4), 0, packed, epilogue, z, 0);
    return new Outcome(z, y, mean, variance);
  }

  private static float floor(boolean rectified) {
    return rectified ? 0f : Float.NEGATIVE_INFINITY;
  }

  private static float cap(boolean rectified) {
    return rectified ? CAP : Float.POSITIVE_INFINITY;
  }

  private static float[] residual(Conv2dShape s) {
    return signed(s.outputSize(), 5);
  }

  /** With the depthwise layers that are walked along, some shared out by channels. */
  static List<Conv2dShape> shapesAndDepthwise() {
    List<Conv2dShape> all = new ArrayList<>(shapes());
    for (int[] d :
        new int[][] {
          {1, 7, 700, 1}, {1, 14, 700, 2}, {2, 14, 40, 1}, {1, 17, 24, 1}, {3, 111, 96, 2}
        }) {
      all.add(
          new Conv2dShape(d[0], d[1], d[1], d[2], d[2], 3, 3, d[3], d[3], 1, 1, 1, 1, 1, 1, d[2]));
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("shapesAndDepthwise")
  void anEpilogueInPlaceHasTheBitsOfOneBehind(Conv2dShape s) {
    float[] w = signed(s.weightSize(), 3);
    float[] x = signed(s.inputSize(), 4);
    float[] scale = signed(s.oc(), 1);
    float[] shift = signed(s.oc(), 2);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      float[] z = nans(s.outputSize());
      simd(one).forward(s, x, 0, w, 0, null, z, 0);
      for (float[] r : new float[][] {null, residual(s)}) {
        float[] expected = nans(s.outputSize());
        new AffineReluSimd(one)
            .forward(pixels(s), s.oc(), z, 0, scale, 0, shift, 0, r, 0, 0f, CAP, expected, 0);
        for (Workers workers : List.of(one, three)) {
          FusedConv2d conv = simd(workers);
          float[] y = nans(s.outputSize());
          ConvEpilogue e =
              new ConvEpilogue(scale, 0, shift, 0, r, 0, 0f, CAP, y, 0, null, 0, null, 0);
          conv.forward(s, x, 0, conv.packForward(s, w, 0), e, y, 0);
          assertArrayEquals(expected, y, "in place " + s);
          if (r != null) {
            float[] sum = r.clone();
            e = new ConvEpilogue(scale, 0, shift, 0, sum, 0, 0f, CAP, sum, 0, null, 0, null, 0);
            conv.forward(s, x, 0, conv.packForward(s, w, 0), e, y, 0);
            assertArrayEquals(expected, sum, "y may be the residual " + s);
          }
        }
      }
    }
  }

  private static int pixels(Conv2dShape s) {
    return s.n() * s.outH() * s.outW();
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theEpilogueActsOnTheConvolutionsOwnOutput(Conv2dShape s) {
    for (FusedConv2d conv : implementations()) {
      for (int variant = 0; variant < 4; variant++) {
        boolean withResidual = variant % 2 == 1;
        boolean rectified = variant < 2;
        float[][] got = forward(conv, s, withResidual, rectified).arrays();
        float[] plain = nans(s.outputSize());
        float[] w = signed(s.weightSize(), 3);
        Conv2d alone =
            conv instanceof FusedConv2dSimd ? new Conv2dSimd(WORKERS) : new Conv2dReference();
        alone.forward(s, signed(s.inputSize(), 4), 0, w, 0, plain, 0);
        assertArrayEquals(plain, got[0], "z " + s);
        float[] y = nans(s.outputSize());
        float[] r = withResidual ? residual(s) : null;
        new AffineReluReference()
            .forward(
                pixels(s),
                s.oc(),
                got[0],
                0,
                signed(s.oc(), 1),
                0,
                signed(s.oc(), 2),
                0,
                r,
                0,
                floor(rectified),
                cap(rectified),
                y,
                0);
        float[] scale = affineScale(s, got[0], r);
        assertWithin("y " + s, y, got[1], 0, scale);
        checkMoments(s, got[0], got[2], got[3]);
      }
    }
  }

  /** |z||scale| + |shift| + |residual|. */
  private static float[] affineScale(Conv2dShape s, float[] z, float[] residual) {
    float[] scales = absolute(signed(s.oc(), 1));
    float[] shifts = absolute(signed(s.oc(), 2));
    float[] result = absolute(z);
    for (int i = 0; i < result.length; i++) {
      int c = i % s.oc();
      result[i] =
          result[i] * scales[c] + shifts[c] + (residual == null ? 0 : Math.abs(residual[i]));
    }
    return result;
  }

  private static void checkMoments(Conv2dShape s, float[] z, float[] mean, float[] variance) {
    float[] trueMean = new float[s.oc()];
    float[] trueVariance = new float[s.oc()];
    new BatchMomentsReference().moments(pixels(s), s.oc(), z, 0, trueMean, 0, trueVariance, 0);
    float largest = 0;
    for (float value : z) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int c = 0; c < s.oc(); c++) {
      if (z.length == 0) {
        assertTrue(Float.isNaN(mean[c]) && Float.isNaN(variance[c]), "0 / 0");
        continue;
      }
      // A part holds at most 1,024 samples of a channel in single precision.
      assertEquals(trueMean[c], mean[c], 1024 * EPS * largest, "mean " + s);
      assertEquals(trueVariance[c], variance[c], 1024 * EPS * largest * largest, "variance " + s);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void weightsPackedForOneCallGiveTheSameBits(Conv2dShape s) {
    float[] w = signed(s.weightSize(), 3);
    float[] x = signed(s.inputSize(), 4);
    float[] dy = signed(s.outputSize(), 6);
    for (FusedConv2d conv : implementations()) {
      float[] z = nans(s.outputSize());
      float[] again = nans(s.outputSize());
      conv.forward(s, x, 0, conv.packForward(s, w, 0), null, z, 0);
      conv.forward(s, x, 0, w, 0, null, again, 0);
      assertArrayEquals(z, again, "z " + s);
      float[] dx = nans(s.inputSize());
      float[] dxAgain = nans(s.inputSize());
      conv.backwardInput(s, dy, 0, conv.packBackwardInput(s, w, 0), null, false, dx, 0);
      conv.backwardInput(s, dy, 0, w, 0, null, false, dxAgain, 0);
      assertArrayEquals(dx, dxAgain, "dx " + s);
    }
  }

  private static Outcome backward(FusedConv2d conv, Conv2dShape s, boolean moments) {
    return backward(conv, s, moments, true);
  }

  private static Outcome backward(
      FusedConv2d conv, Conv2dShape s, boolean moments, boolean rectified) {
    float[] dy = signed(s.outputSize(), 6);
    float[] dx = nans(s.inputSize());
    float[] dResidual = nans(s.outputSize());
    ConvPrologue prologue = prologue(s, moments, rectified, dResidual);
    PackedWeights packed = conv.packBackwardInput(s, signed(s.weightSize(), 3), 0);
    conv.backwardInput(s, dy, 0, packed, prologue, false, dx, 0);
    return new Outcome(dx, dResidual);
  }

  private static ConvPrologue prologue(
      Conv2dShape s, boolean moments, boolean rectified, float[] dResidual) {
    float[] y = rectified ? signed(s.outputSize(), 7) : null;
    float[] z = signed(s.outputSize(), 8);
    return new ConvPrologue(
        y,
        0,
        1f,
        signed(s.oc(), 9),
        0,
        null,
        0,
        moments ? z : null,
        0,
        moments ? signed(s.oc(), 10) : null,
        0,
        moments ? signed(s.oc(), 11) : null,
        0,
        dResidual,
        0);
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theProloguesGradientIsWhatTheAdjointGets(Conv2dShape s) {
    float[] dy = signed(s.outputSize(), 6);
    float[] w = signed(s.weightSize(), 3);
    for (int variant = 0; variant < 4; variant++) {
      boolean moments = variant % 2 == 1;
      boolean rectified = variant < 2;
      ConvPrologue p = prologue(s, moments, rectified, null);
      float[] dz = nans(s.outputSize());
      float[] g = nans(s.outputSize());
      new AffineReluReference()
          .backward(
              pixels(s), s.oc(), dy, 0, p.y(), 0, p.cap(), p.z(), 0, p.scale(), 0, p.c0(), 0,
              p.c1(), 0, dz, 0, g, 0);
      float[] terms = dzTerms(s, p, dy);
      float[] expected = Conv2dContractTest.backwardInput(new Conv2dReference(), s, dz, w);
      float[] scale = Conv2dContractTest.backwardInputScale(s, terms, w);
      for (FusedConv2d conv : implementations()) {
        float[][] got = backward(conv, s, moments, rectified).arrays();
        // Each dz is within 4 eps of its terms; then come the roundings of the convolution.
        int terms2 = Conv2dContractTest.backwardInputTerms(s) + 4;
        assertWithin("dx " + s, expected, got[0], terms2, scale);
        if (pixels(s) > 0) {
          assertArrayEquals(g, got[1], "dResidual " + s);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void anActivationComputedAgainMasksAsTheOneThatWasRead(Conv2dShape s) {
    float[] dy = signed(s.outputSize(), 6);
    float[] z = signed(s.outputSize(), 8);
    float[] scale = signed(s.oc(), 9);
    float[] shift = signed(s.oc(), 2);
    float[] c0 = signed(s.oc(), 10);
    float[] c1 = signed(s.oc(), 11);
    float[] y = nans(s.outputSize());
    new AffineReluSimd(WORKERS)
        .forward(pixels(s), s.oc(), z, 0, scale, 0, shift, 0, null, 0, 0f, 0.25f, y, 0);
    for (FusedConv2d conv : implementations()) {
      PackedWeights packed = conv.packBackwardInput(s, signed(s.weightSize(), 3), 0);
      float[][] dx = {nans(s.inputSize()), nans(s.inputSize())};
      for (int again = 0; again < 2; again++) {
        float[] read = again == 0 ? y : null;
        float[] given = again == 0 ? null : shift;
        conv.backwardInput(
            s,
            dy,
            0,
            packed,
            new ConvPrologue(read, 0, 0.25f, scale, 0, given, 0, z, 0, c0, 0, c1, 0, null, 0),
            false,
            dx[again],
            0);
      }
      assertArrayEquals(dx[0], dx[1], "dx " + s);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void addsToTheGradientThatIsThere(Conv2dShape s) {
    float[] dy = signed(s.outputSize(), 6);
    float[] w = signed(s.weightSize(), 3);
    for (FusedConv2d conv : implementations()) {
      for (ConvPrologue p : new ConvPrologue[] {null, prologue(s, true, true, null)}) {
        float[] expected = nans(s.inputSize());
        float[] sum = signed(s.inputSize(), 12);
        conv.backwardInput(s, dy, 0, w, 0, p, false, expected, 0);
        conv.backwardInput(s, dy, 0, w, 0, p, true, sum, 0);
        float[] before = signed(s.inputSize(), 12);
        for (int i = 0; i < expected.length; i++) {
          expected[i] += before[i];
        }
        assertArrayEquals(expected, sum, "dx " + s);
      }
    }
  }

  /** |scale||g| + |c0| + |c1||z|. */
  private static float[] dzTerms(Conv2dShape s, ConvPrologue p, float[] dy) {
    float[] terms = new float[dy.length];
    for (int i = 0; i < dy.length; i++) {
      int c = i % s.oc();
      terms[i] = Math.abs(dy[i] * p.scale()[c]);
      if (p.c0() != null) {
        terms[i] += Math.abs(p.c0()[c]) + Math.abs(p.c1()[c] * p.z()[i]);
      }
    }
    return terms;
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void theSameBitsForAnyNumberOfThreads(Conv2dShape s) {
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      assertArrayEquals(
          forward(simd(one), s, true).arrays(), forward(simd(three), s, true).arrays());
      assertArrayEquals(
          backward(simd(one), s, true).arrays(), backward(simd(three), s, true).arrays());
    }
  }

  @Test
  void worksInPlace() {
    Conv2dShape s = Conv2dShape.of(2, 20, 20, 16, 16, 3, 1, 1);
    for (FusedConv2d conv : implementations()) {
      float[] apart = forward(conv, s, false).arrays()[1];
      float[] z = nans(s.outputSize());
      ConvEpilogue e = ConvEpilogue.affineRelu(signed(16, 1), 0, signed(16, 2), 0, CAP, z, 0);
      PackedWeights packed = conv.packForward(s, signed(s.weightSize(), 3), 0);
      conv.forward(s, signed(s.inputSize(), 4), 0, packed, e, z, 0);
      assertArrayEquals(apart, z, "y may be z");

      float[][] expected = backward(conv, s, true).arrays();
      float[] dy = signed(s.outputSize(), 6);
      float[] dx = nans(s.inputSize());
      PackedWeights back = conv.packBackwardInput(s, signed(s.weightSize(), 3), 0);
      conv.backwardInput(s, dy, 0, back, prologue(s, true, true, dy), false, dx, 0);
      assertArrayEquals(expected[0], dx, "dx with dResidual in dy");
      assertArrayEquals(expected[1], dy, "dResidual may be dy");
    }
  }

  @Test
  void packedWeightsBelongToOneShapeAndDirection() {
    Conv2dShape s = Conv2dShape.of(2, 8, 8, 16, 16, 3, 1, 1);
    float[] x = signed(s.inputSize(), 1);
    for (FusedConv2d conv : implementations()) {
      PackedWeights packed = conv.packForward(s, signed(s.weightSize(), 2), 0);
      float[] z = nans(s.outputSize());
      conv.forward(s.withBatch(1), x, 0, packed, null, z, 0); // another batch size is fine
      Exception direction =
          assertThrows(
              IllegalArgumentException.class,
              () -> conv.backwardInput(s, x, 0, packed, null, false, z, 0));
      assertTrue(direction.getMessage().contains("forward of"), direction.getMessage());
      Conv2dShape other = Conv2dShape.of(2, 8, 8, 16, 16, 3, 1, 0);
      assertThrows(
          IllegalArgumentException.class, () -> conv.forward(other, x, 0, packed, null, z, 0));
    }
  }
}
