package org.intraq.cuda;

import java.util.List;
import java.util.Set;

/**
 * What there are CUDA kernels for: the one list that grows with each family. Rows of the operation
 * catalogue named here are run on CUDA; the others must still refuse.
 *
 * <p>Their gradients use {@code linear} and {@code multiply} as well, which are there.
 */
public final class Families {
  private static final List<List<String>> WRITTEN =
      List.of(
          List.of(
              "Add",
              "Add to itself",
              "Subtract",
              "Multiply",
              "ScaleShift",
              "Relu",
              "Relu6",
              "AddRelu",
              "Reshape",
              "Row"), // elementwise
          List.of("Sum", "Mean", "WeightedSum", "MeanSquaredError"), // reduce
          List.of("MatMul"), // gemm
          List.of(
              "AddBias",
              "Conv2d 3x3",
              "Conv2d 1x1",
              "Conv2d 3x3 stride 2",
              "Conv2d odd",
              "Conv2d depthwise",
              "Conv2d depthwise stride 2"), // conv2d, depthwise
          List.of(
              "BatchMoments",
              "ChannelAffine",
              "BatchNorm evaluate",
              "BatchNorm train",
              "FoldBatchNorm",
              "NormReluEvaluate",
              "NormReluEvaluate with residual",
              "NormReluTrain",
              "NormReluTrain with residual",
              "NormReluEvaluate, moments alone",
              "NormReluEvaluate, both outputs"), // batchnorm
          List.of(
              "MaxPool",
              "AveragePool, padding counted",
              "AveragePool, padding not counted",
              "GlobalAverage",
              "Subsample"), // pool
          List.of(
              "Softmax",
              "LogSoftmax",
              "CrossEntropy, smoothing 0.0",
              "CrossEntropy, smoothing 0.1",
              "KlDivergence",
              "Pick"), // softmax
          List.of("L2Normalize", "CosineSimilarity"), // similarity
          List.of("CropResizeFlip")); // resample

  private Families() {}

  /** Names of the catalogue's rows that run on CUDA. */
  public static Set<String> rows() {
    return WRITTEN.stream().flatMap(List::stream).collect(java.util.stream.Collectors.toSet());
  }
}
