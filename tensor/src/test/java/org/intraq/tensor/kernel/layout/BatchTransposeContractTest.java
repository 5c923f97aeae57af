package org.intraq.tensor.kernel.layout;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.frame;
import static org.intraq.tensor.testing.Frames.window;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class BatchTransposeContractTest {
  private static final BatchTranspose REFERENCE = new BatchTransposeReference();

  static List<BatchTranspose> implementations() {
    return List.of(
        REFERENCE,
        new BatchTransposeBlocked(new Workers(1)),
        new BatchTransposeBlocked(new Workers(2)));
  }

  private static float[] transpose(BatchTranspose kernel, int n, int rows, int columns, float[] x) {
    float[] y = blank(x.length);
    kernel.transpose(n, rows, columns, frame(x), MARGIN, y, MARGIN);
    return window(y);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(BatchTranspose kernel) {
    float[] planes = {1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6};
    float[] pixels = {1, 4, 2, 5, 3, 6, -1, -4, -2, -5, -3, -6};
    assertArrayEquals(pixels, transpose(kernel, 2, 2, 3, planes));
    assertArrayEquals(planes, transpose(kernel, 2, 3, 2, pixels));
  }

  @ParameterizedTest
  @CsvSource({
    "0,3,4",
    "3,0,4",
    "3,4,0",
    "1,1,1",
    "2,3,255",
    "2,3,256",
    "2,257,3",
    "1,64,1024",
    "3,17,521",
    "1,300,300",
    "5,3,12544",
    "2,12544,3",
    "1,1,70001",
    "1,70001,1"
  })
  void realSizesAndSizesAroundStrips(int n, int rows, int columns) {
    float[] x = signed(n * rows * columns, 1);
    float[] expected = transpose(REFERENCE, n, rows, columns, x);
    for (BatchTranspose kernel : implementations()) {
      assertArrayEquals(expected, transpose(kernel, n, rows, columns, x));
    }
  }

  @Property(tries = 100)
  void twiceIsTheIdentity(
      @ForAll @IntRange(max = 5) int n,
      @ForAll @IntRange(max = 300) int rows,
      @ForAll @IntRange(max = 40) int columns) {
    float[] x = signed(n * rows * columns, 2);
    for (BatchTranspose kernel : implementations()) {
      assertArrayEquals(
          x, transpose(kernel, n, columns, rows, transpose(kernel, n, rows, columns, x)));
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void refusesWhatDoesNotFit(BatchTranspose kernel) {
    float[] six = new float[6];
    assertThrows(
        IndexOutOfBoundsException.class, () -> kernel.transpose(1, 2, 3, six, 1, new float[6], 0));
    assertThrows(IllegalArgumentException.class, () -> kernel.transpose(1, -2, 3, six, 0, six, 0));
    assertThrows(
        ArithmeticException.class, () -> kernel.transpose(1 << 20, 1 << 20, 1, six, 0, six, 0));
  }
}
