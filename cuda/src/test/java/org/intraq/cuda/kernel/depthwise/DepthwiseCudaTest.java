package org.intraq.cuda.kernel.depthwise;

import java.util.List;
import org.intraq.cuda.kernel.conv2d.ConvolutionParityTesting;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class DepthwiseCudaTest extends ConvolutionParityTesting {
  static List<Conv2dShape> shapes() {
    return List.of(
        Conv2dShape.depthwise(2, 5, 6, 8, 3, 1, 1),
        Conv2dShape.depthwise(1, 9, 13, 3, 3, 1, 1),
        Conv2dShape.depthwise(2, 9, 8, 40, 3, 2, 1),
        Conv2dShape.depthwise(1, 8, 9, 5, 3, 2, 0),
        Conv2dShape.depthwise(1, 3, 3, 4, 3, 1, 0),
        Conv2dShape.depthwise(1, 6, 7, 4, 3, 1, 2),
        Conv2dShape.depthwise(1, 7, 8, 12, 5, 1, 2),
        Conv2dShape.depthwise(1, 10, 9, 3, 7, 3, 3),
        Conv2dShape.depthwise(1, 4, 4, 33, 1, 1, 0),
        // n h w ic oc kh kw strides, padding (top left bottom right), dilation, groups
        new Conv2dShape(1, 9, 9, 4, 4, 3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 4),
        new Conv2dShape(1, 9, 10, 4, 4, 3, 3, 2, 1, 0, 1, 1, 0, 1, 1, 4),
        new Conv2dShape(1, 9, 9, 12, 12, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 12),
        new Conv2dShape(1, 8, 7, 3, 3, 2, 4, 2, 2, 1, 0, 0, 3, 2, 1, 3),
        Conv2dShape.depthwise(0, 4, 4, 8, 3, 1, 1),
        Conv2dShape.depthwise(1, 0, 5, 4, 3, 1, 1),
        Conv2dShape.depthwise(1, 5, 0, 4, 3, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void allDirectionsAreWithinTheBound(Conv2dShape s) {
    check(s, false);
  }

  @Test
  void windowsAtOddOffsetsTakeNoVectors() {
    check(Conv2dShape.depthwise(1, 5, 6, 8, 3, 1, 1), true);
    check(Conv2dShape.depthwise(1, 5, 6, 8, 3, 2, 1), true);
  }

  /** Lines for several slices of the weight gradient, channels for several blocks. */
  @Test
  void severalSlicesAreWithinTheBound() {
    check(Conv2dShape.depthwise(3, 11, 3, 35, 3, 1, 1), false);
    check(Conv2dShape.depthwise(5, 13, 5, 35, 5, 1, 2), false);
  }

  /** Every width of a vector, channels beyond a block's, strips of 7 and of 4 columns. */
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 3", "3, 2", "6, 1", "32, 1", "34, 2", "36, 1"})
  void channelsThatDoNotFillVectors(int channels, int images) {
    for (int stride = 1; stride <= 2; stride++) {
      check(Conv2dShape.depthwise(images, 9, 7, channels, 3, stride, 1), false);
      check(Conv2dShape.depthwise(images, 5, 12, channels, 3, stride, 1), false);
    }
  }

  /** Heights that walks do not divide. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void tallImages(int stride) {
    check(Conv2dShape.depthwise(1, 131, 3, 2, 3, stride, 1), false);
    check(Conv2dShape.depthwise(1, 61, 9, 6, 3, stride, 1), false);
    check(Conv2dShape.depthwise(40, 15, 2, 4, 3, stride, 1), false);
  }

  /** Images for more blocks than a large device holds at a time: a thread takes several walks. */
  @Test
  void manySmallImages() {
    check(Conv2dShape.depthwise(2200, 3, 2, 1, 3, 1, 1), false);
    check(Conv2dShape.depthwise(2200, 3, 3, 34, 3, 1, 1), false);
    check(Conv2dShape.depthwise(8500, 3, 2, 4, 3, 2, 1), false);
  }

  @Test
  void pairsOfChannelsAtAddressesForOne() {
    check(Conv2dShape.depthwise(2, 6, 14, 6, 3, 1, 1), true);
    check(Conv2dShape.depthwise(2, 9, 8, 12, 3, 2, 1), true);
  }
}
