package org.intraq.bench.torch;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.intraq.bench.harness.Operand;

/** Host arrays to PyTorch's tensors and back, between the two libraries' orders of dimensions. */
@SuppressWarnings("try") // scopes and guards act by being open
final class Tensors {
  private Tensors() {}

  /** A tensor with its own memory, of the layout's element type; dimensions as they are. */
  static Tensor of(float[] values, Layout layout, long... extents) {
    try (FloatPointer host = new FloatPointer(values);
        Tensor view = torch.from_blob(host, extents)) {
      return layout == Layout.DOUBLE ? view.to(layout.type()) : view.clone();
    }
  }

  /** A tensor of 64-bit whole numbers, PyTorch's index type. */
  static Tensor of(int[] values, long... extents) {
    long[] wide = new long[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    try (LongPointer host = new LongPointer(wide);
        Tensor view = torch.from_blob(host, extents, new TensorOptions(ScalarType.Long))) {
      return view.clone();
    }
  }

  /** Images or activations given as [N, H, W, C]. */
  static Tensor activation(float[] values, Layout layout, int n, int h, int w, int c) {
    return layout.of(of(values, layout, n, h, w, c).permute(0, 3, 1, 2)).clone();
  }

  /** An operand, with the dimensions in PyTorch's order. */
  static Tensor of(Operand operand, Layout layout) {
    int[] e = operand.extents();
    return switch (operand.values()) {
      case int[] ints -> of(ints, longs(e));
      case float[] floats ->
          switch (operand.kind()) {
            case ACTIVATION -> activation(floats, layout, e[0], e[1], e[2], e[3]);
            case CONV_WEIGHT -> layout.of(of(floats, layout, longs(e)).permute(3, 2, 0, 1)).clone();
            default -> of(floats, layout, longs(e));
          };
      case Object other -> throw new IllegalStateException("operand: " + other.getClass());
    };
  }

  /** The values in this engine's order of dimensions. */
  static float[] toArray(Tensor tensor, Operand.Kind kind) {
    try (NoGradGuard guard = new NoGradGuard()) {
      Tensor plain =
          switch (kind) {
            case ACTIVATION -> tensor.permute(0, 2, 3, 1);
            case CONV_WEIGHT -> tensor.permute(2, 3, 1, 0);
            default -> tensor;
          };
      return toArray(plain);
    }
  }

  /** The values in the order of the dimensions. */
  static float[] toArray(Tensor tensor) {
    Tensor dense = tensor.detach().to(ScalarType.Float).contiguous();
    float[] values = new float[Math.toIntExact(dense.numel())];
    dense.data_ptr_float().get(values);
    return values;
  }

  /** Which of the gradients are wanted. */
  static BoolPointer flags(boolean... flags) {
    BoolPointer array = new BoolPointer(flags.length);
    for (int i = 0; i < flags.length; i++) {
      array.put(i, flags[i]);
    }
    return array;
  }

  static long[] longs(int[] extents) {
    long[] wide = new long[extents.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = extents[i];
    }
    return wide;
  }
}
