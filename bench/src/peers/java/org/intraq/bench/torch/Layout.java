package org.intraq.bench.torch;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The memory formats that PyTorch has for activations; its shapes are [N, C, H, W] in both. */
enum Layout {
  /** Stored [N, H, W, C], like this engine's. */
  CHANNELS_LAST("channels-last", MemoryFormat.ChannelsLast),
  /** Stored [N, C, H, W], PyTorch's default. */
  CONTIGUOUS("contiguous", MemoryFormat.Contiguous),
  /** Contiguous in double precision: not to be timed, but to tell rounding from mistakes. */
  DOUBLE("double", MemoryFormat.Contiguous);

  /** Those that are timed. */
  static final List<Layout> FAST = List.of(CHANNELS_LAST, CONTIGUOUS);

  private final String label;
  private final MemoryFormat format;

  Layout(String label, MemoryFormat format) {
    this.label = label;
    this.format = format;
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
