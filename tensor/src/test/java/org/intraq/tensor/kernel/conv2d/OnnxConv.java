package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.testing.OnnxModelBuilder;
import org.intraq.tensor.testing.OnnxRuntime;

/** ONNX Runtime's convolution on channels-last arrays. */
public final class OnnxConv {
  private OnnxConv() {}

  /** y [N, OH, OW, OC] of x [N, H, W, IC] and w [KH, KW, IC / groups, OC]. */
  public static float[] forward(Conv2dShape s, float[] x, float[] w) {
    byte[] model =
        new OnnxModelBuilder("Conv", 13)
            .input("x", s.n(), s.ic(), s.h(), s.w())
            .input("w", s.oc(), s.icPerGroup(), s.kh(), s.kw())
            .output("y")
            .ints("kernel_shape", s.kh(), s.kw())
            .ints("strides", s.strideH(), s.strideW())
            .ints("dilations", s.dilationH(), s.dilationW())
            .ints("pads", s.padTop(), s.padLeft(), s.padBottom(), s.padRight())
            .integer("group", s.groups())
            .bytes();
    float[] y =
        OnnxRuntime.run(
            model,
            new OnnxRuntime.Input(
                "x", swap(x, s.n(), s.h() * s.w(), s.ic()), s.n(), s.ic(), s.h(), s.w()),
            new OnnxRuntime.Input(
                "w",
                outerToInner(w, s.kh() * s.kw(), s.icPerGroup(), s.oc()),
                s.oc(),
                s.icPerGroup(),
                s.kh(),
                s.kw()));
    return swap(y, s.n(), s.oc(), s.outH() * s.outW());
  }

  /** [batch, rows, columns] to [batch, columns, rows]. */
  private static float[] swap(float[] values, int batch, int rows, int columns) {
    float[] result = new float[values.length];
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          result[(n * columns + j) * rows + i] = values[(n * rows + i) * columns + j];
        }
      }
    }
    return result;
  }

  /** [taps, IC, OC] to [OC, IC, taps]. */
  private static float[] outerToInner(float[] w, int taps, int ic, int oc) {
    float[] result = new float[w.length];
    for (int t = 0; t < taps; t++) {
      for (int c = 0; c < ic; c++) {
        for (int o = 0; o < oc; o++) {
          result[(o * ic + c) * taps + t] = w[(t * ic + c) * oc + o];
        }
      }
    }
    return result;
  }
}
