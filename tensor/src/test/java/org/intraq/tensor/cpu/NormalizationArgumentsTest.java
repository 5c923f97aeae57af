package org.intraq.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.intraq.tensor.DType;
import org.intraq.tensor.Device;
import org.intraq.tensor.HeapStorage;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Storage;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** What normalisation, element-wise operations, pooling and reductions refuse, and how. */
class NormalizationArgumentsTest {
  private static final CpuBackend CPU = new CpuBackend(2);

  @AfterAll
  static void close() {
    CPU.close();
  }

  /** A storage that claims to lie on a graphics card. */
  private record Elsewhere(DType dtype, int length) implements Storage {
    @Override
    public Device device() {
      return new Device("cuda", 0);
    }

    @Override
    public boolean isLive() {
      return true;
    }
  }

  private static Tensor zeros(int... extents) {
    return Tensor.wrap(new float[Shape.of(extents).size()], extents);
  }

  private static Tensor onCard(int... extents) {
    Shape shape = Shape.of(extents);
    return new Tensor(new Elsewhere(DType.F32, shape.size()), 0, shape);
  }

  private static DynamicTest refused(String name, Executable call, String... words) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          String message = assertThrows(IllegalArgumentException.class, call).getMessage();
          for (String word : words) {
            assertTrue(message.contains(word), message + " should say '" + word + "'");
          }
        });
  }

  @TestFactory
  List<DynamicTest> errorsNameOperationExpectationAndWhatCame() {
    Tensor x = zeros(2, 3, 4);
    Tensor c = zeros(4);
    Tensor wrong = zeros(5);
    Tensor integers = Tensor.wrap(new int[24], 2, 3, 4);
    return List.of(
        refused(
            "size",
            () -> CPU.normalization().batchMoments(x, wrong, c),
            "batchMoments",
            "mean of 4 elements",
            "[5]"),
        refused(
            "device",
            () -> CPU.elementwise().relu(onCard(24), 6, x),
            "relu",
            "x on cpu",
            "[24] on cuda:0"),
        refused(
            "type",
            () -> CPU.elementwise().multiply(integers, x, zeros(2, 3, 4)),
            "multiply",
            "F32",
            "S32"),
        refused(
            "overlap",
            () -> {
              Tensor all = zeros(30);
              CPU.elementwise().relu(all.slice(0, 20), 6, all.slice(10, 30));
            },
            "relu",
            "share no memory",
            "element 10"),
        refused("cap", () -> CPU.elementwise().relu(x, 0, x), "relu", "cap > 0", "0.0"),
        refused(
            "eps",
            () -> CPU.normalization().fold(c, c, c, c, 0, zeros(4), zeros(4)),
            "fold",
            "eps > 0",
            "0.0"),
        refused(
            "nothing to normalise",
            () -> CPU.normalization().batchMoments(zeros(0, 4), c, zeros(4)),
            "batchMoments",
            "at least one sample",
            "[0, 4]"),
        refused(
            "a scalar has no channels",
            () -> CPU.reduction().columnSums(zeros(), c),
            "columnSums",
            "last dimension",
            "[]"),
        refused(
            "pool shape",
            () ->
                CPU.pooling()
                    .averagePool(
                        Pool2dShape.of(1, 4, 4, 2, 2, 2, 0), true, zeros(1, 4, 4, 3), zeros(8)),
            "averagePool",
            "x of shape [1, 4, 4, 2]",
            "[1, 4, 4, 3]"),
        refused(
            "empty planes",
            () -> CPU.pooling().globalAverage(zeros(2, 0, 3, 4), zeros(2, 4)),
            "globalAverage",
            "not empty",
            "[2, 0, 3, 4]"),
        refused(
            "channels that do not fit",
            () -> CPU.pooling().subsample(zeros(1, 4, 4, 3), 2, 2, zeros(1, 2, 2, 4)),
            "subsample",
            "3 channels to fit into 4",
            "padBefore 2"),
        refused(
            "rows without columns",
            () -> CPU.reduction().argMaxRows(zeros(3, 0), Tensor.wrap(new int[3], 3)),
            "argMaxRows",
            "at least one column",
            "[3, 0]"),
        refused(
            "half of the moments' gradient",
            () ->
                CPU.fused()
                    .affineReluBackward(x, zeros(2, 3, 4), 6, x, c, c, null, zeros(2, 3, 4), null),
            "affineReluBackward",
            "both or neither",
            "c0 alone"),
        refused(
            "residual shape",
            () -> CPU.fused().affineAddRelu(x, c, zeros(4), zeros(24), 6, zeros(2, 3, 4)),
            "affineAddRelu",
            "shape",
            "[24]"));
  }

  @Test
  void aReleasedTensorIsRefusedByName() {
    HeapStorage storage = new HeapStorage(DType.F32, 4, new float[4]);
    Tensor dead = new Tensor(storage, 0, Shape.of(4));
    storage.detach();
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> CPU.elementwise().relu(dead, 6, zeros(4)))
            .getMessage();
    assertTrue(message.contains("relu") && message.contains("released"), message);
  }

  @Test
  void nothingIsWrittenWhenAnArgumentIsRefused() {
    float[] y = new float[12];
    float[] mean = new float[4];
    Arrays.fill(y, 7);
    Arrays.fill(mean, 7);
    assertThrows(
        IllegalArgumentException.class,
        () ->
            CPU.normalization()
                .train(
                    zeros(3, 4),
                    zeros(4),
                    zeros(4),
                    1e-5f,
                    Tensor.wrap(y, 3, 4),
                    Tensor.wrap(mean, 4),
                    zeros(3)));
    assertArrayEquals(new float[] {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7}, y);
    assertArrayEquals(new float[] {7, 7, 7, 7}, mean);
  }

  @Test
  void rolesReachTheirKernelsThroughViews() {
    float[] memory = {9, 1, -2, 3, -4, 9};
    Tensor x = Tensor.wrap(memory, 6).slice(1, 5).reshape(2, 2);
    Tensor y = zeros(2, 2);
    CPU.fused().affineRelu(x, Tensor.wrap(new float[] {2, -1}, 2), zeros(2), 3, y);
    assertArrayEquals(new float[] {2, 2, 3, 3}, y.floats());
    Tensor sums = zeros(2);
    CPU.reduction().columnSums(x, sums);
    assertArrayEquals(new float[] {4, -6}, sums.floats());
    Tensor mean = zeros(2);
    Tensor variance = zeros(2);
    CPU.normalization().batchMoments(x, mean, variance);
    assertArrayEquals(new float[] {2, -3}, mean.floats());
    assertArrayEquals(new float[] {1, 1}, variance.floats());
    CPU.elementwise().linear(1, x, 1, x, x);
    assertArrayEquals(new float[] {9, 2, -4, 6, -8, 9}, memory);
    Tensor small = zeros(1, 1, 1, 3);
    CPU.pooling().subsample(x.reshape(1, 2, 2, 1), 2, 1, small);
    assertArrayEquals(new float[] {0, 2, 0}, small.floats());
  }
}
