package org.intraq.export;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.intraq.models.net.Node;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * A quantized network in double, layer by layer, with a bound of what f32 may make of every value.
 *
 * <p>Each layer starts from the codes that the other engine computed for the activations before it,
 * so that a code which rounding moved does not move what follows: an engine's code has to lie
 * within half a step, and the bound, of the exact value.
 *
 * <pre>
 * convolution  (k + 8) u sum|x||w| + sum bound|w|       k products; 8 for scales that were rounded
 * BatchNorm    |s| bound + 4 u (|s z| + |beta| + |s mean|)
 * sum          bounds + u |sum|                          u = 2^-24
 * </pre>
 */
final class RoundedForward {
  private static final double U = 0x1p-24;

  private record Values(int c, int h, int w, double[] v, double[] bound) {
    static Values of(int c, int h, int w) {
      return new Values(c, h, w, new double[c * h * w], new double[c * h * w]);
    }
  }

  private final QuantizedFile.Content content;
  private final Map<String, Values> values = new HashMap<>();
  private long codes;
  private long moved;

  RoundedForward(QuantizedFile.Content content) {
    this.content = content;
  }

  /** Codes that were compared. */
  long codes() {
    return codes;
  }

  /** Of them those that the engine's rounding moved. */
  long moved() {
    return moved;
  }

  /**
   * Checks one image.
   *
   * @param image [C, H, W]
   * @param engine what the engine gave for every quantized activation [C, H, W], by name
   * @param logits of the engine
   */
  void check(float[] image, Map<String, float[]> engine, float[] logits) {
    for (Node node : content.network().nodes()) {
      Values y = compute(node, image);
      if (node instanceof Node.Activation a && content.plan().activations(a) != 0) {
        y = checkCodes(a, y, engine.get(a.name()));
      }
      values.put(node.name(), y);
    }
    Values last = values.get(content.network().output().name());
    for (int i = 0; i < logits.length; i++) {
      double off = Math.abs(last.v[i] - logits[i]);
      assertTrue(off <= last.bound[i], "logit " + i + ": off by " + off + " of " + last.bound[i]);
    }
  }

  private Values checkCodes(Node.Activation a, Values y, float[] got) {
    var range = content.ranges().get(a.name());
    CodeQuantizer q = CodeQuantizer.ofRange(range.lo(), range.hi(), content.plan().activations(a));
    int half = 1 << (q.bits() - 1);
    Values reset = Values.of(y.c, y.h, y.w);
    for (int i = 0; i < got.length; i++) {
      double at = Math.clamp(q.m() * y.v[i] - q.z(), (double) -half, half - 1.0);
      double allowed = q.m() * y.bound[i] + 4 * U * (Math.abs(q.m() * y.v[i]) + Math.abs(q.z()));
      double code = Math.rint((double) q.m() * got[i] - q.z());
      assertTrue(
          Math.abs(code - at) <= 0.5 + allowed,
          a.name() + " element " + i + ": code " + code + " for " + at + " +- " + allowed);
      moved += code == Math.rint(at) ? 0 : 1;
      reset.v[i] = got[i];
    }
    codes += got.length;
    return reset;
  }

  private Values compute(Node node, float[] image) {
    Values x = node.inputs().isEmpty() ? null : values.get(node.inputs().getFirst().name());
    return switch (node) {
      case Node.Input in -> {
        Values y = Values.of(in.c(), in.h(), in.w());
        for (int i = 0; i < image.length; i++) {
          y.v[i] = image[i];
        }
        yield y;
      }
      case Node.Conv c -> convolution(c, x);
      case Node.BatchNorm b -> normalized(b, x);
      case Node.Activation a -> {
        Values y = new Values(x.c, x.h, x.w, x.v.clone(), x.bound);
        for (int i = 0; i < y.v.length; i++) {
          y.v[i] = Math.min(Math.max(y.v[i], 0), a.cap());
        }
        yield y;
      }
      case Node.Add a -> sum(values.get(a.body().name()), values.get(a.shortcut().name()));
      case Node.Subsample s -> subsampled(s, x);
      case Node.MaxPool m -> pooled(m.geometry(), x);
      case Node.GlobalAverage g -> mean(x);
      case Node.Linear l -> classified(l, x);
    };
  }

  private float[] weights(String name) {
    return content.weights().get(name).values();
  }

  private Values convolution(Node.Conv node, Values x) {
    Conv2dShape s = node.geometry();
    float[] w = weights(node.name() + ".weight");
    float[] bias = node.bias() ? weights(node.name() + ".bias") : null;
    Values y = Values.of(s.oc(), s.outH(), s.outW());
    double rounding = (s.kh() * s.kw() * s.icPerGroup() + 8) * U;
    int at = 0;
    for (int o = 0; o < s.oc(); o++) {
      for (int p = 0; p < y.h; p++) {
        for (int q = 0; q < y.w; q++, at++) {
          window(s, o, p, q, w, x, y, at, rounding);
          if (bias != null) {
            y.v[at] += bias[o];
            y.bound[at] += 2 * U * (Math.abs(bias[o]) + Math.abs(y.v[at]));
          }
        }
      }
    }
    return y;
  }

  private static void window(
      Conv2dShape s, int o, int p, int q, float[] w, Values x, Values y, int to, double rounding) {
    double sum = 0;
    double size = 0;
    double carried = 0;
    int first = o / s.ocPerGroup() * s.icPerGroup();
    for (int c = 0; c < s.icPerGroup(); c++) {
      for (int r = 0; r < s.kh(); r++) {
        int row = p * s.strideH() - s.padTop() + r * s.dilationH();
        for (int t = 0; t < s.kw(); t++) {
          int column = q * s.strideW() - s.padLeft() + t * s.dilationW();
          if (row >= 0 && row < s.h() && column >= 0 && column < s.w()) {
            int from = ((first + c) * s.h() + row) * s.w() + column;
            double tap = w[((o * s.icPerGroup() + c) * s.kh() + r) * s.kw() + t];
            sum += x.v[from] * tap;
            size += Math.abs(x.v[from] * tap);
            carried += x.bound[from] * Math.abs(tap);
          }
        }
      }
    }
    y.v[to] = sum;
    y.bound[to] = rounding * size + 2 * carried;
  }

  private Values normalized(Node.BatchNorm b, Values x) {
    float[] gamma = weights(b.name() + ".weight");
    float[] beta = weights(b.name() + ".bias");
    float[] mean = weights(b.name() + ".running_mean");
    float[] variance = weights(b.name() + ".running_var");
    Values y = Values.of(x.c, x.h, x.w);
    int plane = x.h * x.w;
    for (int i = 0; i < y.v.length; i++) {
      int c = i / plane;
      double scale = gamma[c] / Math.sqrt((double) variance[c] + b.eps());
      y.v[i] = x.v[i] * scale + (beta[c] - mean[c] * scale);
      double size = Math.abs(x.v[i] * scale) + Math.abs(beta[c]) + Math.abs(mean[c] * scale);
      y.bound[i] = x.bound[i] * Math.abs(scale) + 4 * U * size;
    }
    return y;
  }

  private static Values sum(Values a, Values b) {
    Values y = Values.of(a.c, a.h, a.w);
    for (int i = 0; i < y.v.length; i++) {
      y.v[i] = a.v[i] + b.v[i];
      y.bound[i] = a.bound[i] + b.bound[i] + 2 * U * (Math.abs(a.v[i]) + Math.abs(b.v[i]));
    }
    return y;
  }

  private static Values subsampled(Node.Subsample s, Values x) {
    int step = s.stride();
    Values y = Values.of(s.channels(), (x.h + step - 1) / step, (x.w + step - 1) / step);
    for (int i = 0; i < x.c * y.h * y.w; i++) {
      int from = i / y.w / y.h * x.h * x.w + i / y.w % y.h * step * x.w + i % y.w * step;
      int to = s.padBefore() * y.h * y.w + i;
      y.v[to] = x.v[from];
      y.bound[to] = x.bound[from];
    }
    return y;
  }

  private static Values pooled(Pool2dShape s, Values x) {
    Values y = Values.of(x.c, s.outH(), s.outW());
    for (int i = 0; i < y.v.length; i++) {
      int c = i / y.w / y.h;
      double most = Double.NEGATIVE_INFINITY;
      for (int tap = 0; tap < s.kh() * s.kw(); tap++) {
        int row = i / y.w % y.h * s.strideH() - s.padTop() + tap / s.kw();
        int column = i % y.w * s.strideW() - s.padLeft() + tap % s.kw();
        if (row >= 0 && row < x.h && column >= 0 && column < x.w) {
          int from = (c * x.h + row) * x.w + column;
          most = Math.max(most, x.v[from]);
          y.bound[i] = Math.max(y.bound[i], x.bound[from]);
        }
      }
      y.v[i] = most;
    }
    return y;
  }

  private static Values mean(Values x) {
    Values y = Values.of(x.c, 1, 1);
    int plane = x.h * x.w;
    for (int i = 0; i < x.v.length; i++) {
      y.v[i / plane] += x.v[i] / plane;
      y.bound[i / plane] += (x.bound[i] + (plane + 2) * U * Math.abs(x.v[i])) / plane;
    }
    return y;
  }

  private Values classified(Node.Linear l, Values x) {
    float[] w = weights(l.name() + ".weight");
    float[] bias = l.bias() ? weights(l.name() + ".bias") : new float[l.out()];
    Values y = Values.of(l.out(), 1, 1);
    for (int o = 0; o < l.out(); o++) {
      double size = Math.abs(bias[o]);
      double sum = bias[o];
      double carried = 0;
      for (int i = 0; i < l.in(); i++) {
        double tap = w[o * l.in() + i];
        sum += x.v[i] * tap;
        size += Math.abs(x.v[i] * tap);
        carried += x.bound[i] * Math.abs(tap);
      }
      y.v[o] = sum;
      y.bound[o] = (l.in() + 9) * U * size + 2 * carried;
    }
    return y;
  }
}
