package org.intraq.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.QuantizedConvolutionOps.Quantizer;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Bad input to quantized convolution blocks: refused by name, and nothing written. */
class QuantizedConvolutionArgumentsTest {
  private static final Workers WORKERS = new Workers(1);
  private static final Conv2dShape SHAPE = Conv2dShape.of(1, 4, 4, 16, 16, 3, 1, 1);

  private final CpuQuantizedConvolution ops =
      new CpuQuantizedConvolution(WORKERS, new CpuConvolution(WORKERS));
  private final Tensor x = filled(1, 4, 4, 16);
  private final Tensor y = filled(1, 4, 4, 16);
  private final Tensor dx = filled(1, 4, 4, 16);
  private final Tensor w = filled(3, 3, 16, 16);
  private final Tensor dw = filled(3, 3, 16, 16);
  private final Tensor channels = filled(16);
  private final Tensor sums = filled(16);
  private final Tensor open = Tensor.wrap(new int[8], 8);

  private static Tensor filled(int... extents) {
    float[] values = new float[Shape.of(extents).size()];
    Arrays.fill(values, 7f);
    return Tensor.wrap(values, extents);
  }

  private void assertRefused(String message, Executable call) {
    Throwable failure = assertThrows(IllegalArgumentException.class, call);
    assertEquals(message, failure.getMessage());
    for (Tensor tensor : new Tensor[] {x, y, dx, dw, sums}) {
      for (float value : tensor.floats()) {
        assertEquals(7f, value, "something was written");
      }
    }
  }

  private void forward(Tensor input, Tensor bits, int width) {
    ops.forward(
        SHAPE,
        input,
        ConvolutionWeights.of(w),
        channels,
        channels,
        null,
        6f,
        new Quantizer(Tensor.wrap(new float[] {0, 1}, 2), width, false),
        bits,
        y);
  }

  @Test
  void forward() {
    assertRefused(
        "quantizedConvolution.forward: expected open of 8 elements, got [7]",
        () -> forward(x, Tensor.wrap(new int[7], 7), 4));
    assertRefused(
        "quantizedConvolution.forward: expected 1 to 16 bits, got 17", () -> forward(x, open, 17));
    assertRefused(
        "quantizedConvolution.forward: expected y to share no memory with x, got y at element 0"
            + " and x at element 0 of one storage",
        () -> forward(y, open, 4));
  }

  @Test
  void backward() {
    assertRefused(
        "quantizedConvolution.backwardInput: expected open of 8 elements, got [9]",
        () ->
            ops.backwardInput(SHAPE, y, Tensor.wrap(new int[9], 9), w, y, sums, false, dx, x, dw));
    assertRefused(
        "quantizedConvolution.backwardInput: expected g to share no memory with x, got g at"
            + " element 0 and x at element 0 of one storage",
        () -> ops.backwardInput(SHAPE, y, open, w, y, sums, false, dx, y, dw));
    assertRefused(
        "quantizedConvolution.gate: expected dShift of 16 elements, got [3, 3, 16, 16]",
        () -> ops.gate(y, open, y, dw));
  }
}
