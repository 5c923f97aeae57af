package org.intraq.bench.torch;

import java.util.List;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The memory formats that PyTorch has for activations (its shapes are [N, C, H, W] in both), and
 * two ways to the moments of a BatchNorm's input.
 */
enum Layout {
  /** Stored [N, H, W, C], like this engine's. */
  CHANNELS_LAST("channels-last", MemoryFormat.ChannelsLast, false),
  /** Stored [N, C, H, W], PyTorch's default. */
  CONTIGUOUS("contiguous", MemoryFormat.Contiguous, false),
  /** Channels last, and the variance as a difference. */
  CHANNELS_LAST_SQUARES("channels-last, E[x^2]-E[x]^2", MemoryFormat.ChannelsLast, true),
  /** Contiguous, and the variance as a difference. */
  CONTIGUOUS_SQUARES("contiguous, E[x^2]-E[x]^2", MemoryFormat.Contiguous, true),
  /** Contiguous in double precision: not to be timed, but to tell rounding from mistakes. */
  DOUBLE("double", MemoryFormat.Contiguous, false);

  /** Those that are timed. */
  static final List<Layout> FAST = List.of(CHANNELS_LAST, CONTIGUOUS);

  /** Those that are timed where there are moments. */
  static final List<Layout> FAST_WITH_MOMENTS =
      List.of(CHANNELS_LAST, CONTIGUOUS, CHANNELS_LAST_SQUARES, CONTIGUOUS_SQUARES);

  private static final long[] BATCH_AND_PLANE = {0, 2, 3};

  private final String label;
  private final MemoryFormat format;
  private final boolean squares;

  Layout(String label, MemoryFormat format, boolean squares) {
    this.label = label;
    this.format = format;
    this.squares = squares;
  }

  /** Whether the variance is made from the mean of the squares. */
  boolean squares() {
    return squares;
  }

  /** The mean and the biased variance of each channel. */
  Tensor[] moments(Tensor x) {
    return squares ? fromSquares(x, x.square()) : varMean(x);
  }

  /** The same with memory for the squares, if they are used. */
  Tensor[] moments(Tensor x, Tensor buffer) {
    return squares ? fromSquares(x, torch.square_out(buffer, x)) : varMean(x);
  }

  /** Up to twice as fast as var_mean, but it cancels where the mean is large. */
  private static Tensor[] fromSquares(Tensor x, Tensor square) {
    Tensor mean = torch.mean(x, BATCH_AND_PLANE);
    return new Tensor[] {mean, torch.mean(square, BATCH_AND_PLANE).sub(mean.square())};
  }

  private static Tensor[] varMean(Tensor x) {
    T_TensorTensor_T both = torch.var_mean(x, BATCH_AND_PLANE, false, false);
    return new Tensor[] {both.get1(), both.get0()};
  }

  /** The type of the elements. */
  ScalarType type() {
    return this == DOUBLE ? ScalarType.Double : ScalarType.Float;
  }

  /** The name in notes. */
  String label() {
    return label;
  }

  /** The tensor in this format, of whatever type; itself if it is already. */
  Tensor of(Tensor x) {
    return x.contiguous(format);
  }
}
