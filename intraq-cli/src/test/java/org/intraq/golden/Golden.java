package org.intraq.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Weights;
import org.junit.jupiter.api.Assumptions;

/** Golden values computed with PyTorch, and the formula weights some of them were computed with. */
public final class Golden {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  /** A file of this module's test resources. */
  public static TensorFile resource(String name) {
    return WeightFiles.read(name, bytes(name));
  }

  private static byte[] bytes(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file of the shared folder; skips the test where that is absent. */
  public static TensorFile shared(String name) {
    return WeightFiles.open(sharedPath(name));
  }

  /** A path in the shared folder; skips the test where that is absent. */
  public static Path sharedPath(String name) {
    String folder = System.getProperty("intraq.shared", "");
    Path file = Path.of(folder, name);
    Assumptions.assumeTrue(
        !folder.isEmpty() && Files.exists(file),
        "skipped: " + name + " is not in the folder of the system property intraq.shared");
    return file;
  }

  /** u(t): element i is 4 r(i, t) / 4, see {@link #r}; values in [-0.5, 0.5). */
  public static double r(int t, int i) {
    int x = i + 0x9E3779B9 * (t + 1);
    x ^= x >>> 16;
    x *= 0x7FEB352D;
    x ^= x >>> 15;
    x *= 0x846CA68B;
    x ^= x >>> 16;
    return (x & 0xFFFFFFFFL) / 4294967296.0 - 0.5;
  }

  /** The formula weights of a network, tensors of two or more dimensions times {@code shrink}. */
  public static Weights formula(String network, double shrink) {
    Weights weights = new Weights();
    try {
      int t = 0;
      for (var entry : JSON.readTree(bytes("nets.json")).get(network)) {
        var extents = entry.get(1);
        if (!extents.isEmpty()) {
          int[] shape = new int[extents.size()];
          int size = 1;
          for (int d = 0; d < shape.length; d++) {
            shape[d] = extents.get(d).asInt();
            size *= shape[d];
          }
          String name = entry.get(0).asText();
          weights.put(name, shape, values(name, shape, size, t, shrink));
        }
        t++;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return weights;
  }

  /** Tensor number {@code t} of a network by the formula. */
  public static float[] values(String name, int[] shape, int t, double shrink) {
    int size = 1;
    for (int extent : shape) {
      size *= extent;
    }
    return values(name, shape, size, t, shrink);
  }

  private static float[] values(String name, int[] shape, int size, int t, double shrink) {
    double fanIn = (double) size / shape[0];
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      double r = r(t, i);
      double v;
      if (name.endsWith("running_var")) {
        v = 1 + r;
      } else if (name.endsWith("running_mean")) {
        v = 0.2 * r;
      } else if (shape.length >= 2) {
        v = r * Math.sqrt(12) * Math.sqrt(2 / fanIn);
      } else {
        v = name.endsWith("weight") ? 1 + 0.2 * r : 0.2 * r;
      }
      values[i] = shape.length >= 2 ? (float) ((float) v * shrink) : (float) v;
    }
    return values;
  }

  /** The tensors of a file as weights of a network. */
  public static Weights weights(Network network, TensorFile file) {
    Weights weights = new Weights();
    for (String name : network.tensors().keySet()) {
      NamedTensor tensor = file.tensor(name);
      weights.put(name, tensor.shape(), tensor.toFloats());
    }
    return weights;
  }

  /** [N, C, H, W] to [N, H, W, C]. */
  public static float[] nhwc(float[] nchw, int n, int c, int h, int w) {
    float[] nhwc = new float[nchw.length];
    for (int i = 0; i < n; i++) {
      for (int ch = 0; ch < c; ch++) {
        for (int p = 0; p < h * w; p++) {
          nhwc[(i * h * w + p) * c + ch] = nchw[(i * c + ch) * h * w + p];
        }
      }
    }
    return nhwc;
  }

  /** Asserts |got - want| &lt;= tolerance |want| in the Euclidean norm. */
  public static void assertNear(String what, float[] want, float[] got, double tolerance) {
    double relative = distance(want, got);
    assertTrue(
        relative <= tolerance, what + ": relative error " + relative + ", allowed " + tolerance);
  }

  /** |got - want| / |want| in the Euclidean norm. */
  public static double distance(float[] want, float[] got) {
    assertEquals(want.length, got.length, "elements");
    double error = 0;
    double norm = 0;
    for (int i = 0; i < want.length; i++) {
      error += Math.pow((double) want[i] - got[i], 2);
      norm += Math.pow(want[i], 2);
    }
    return Math.sqrt(error) / Math.max(1e-30, Math.sqrt(norm));
  }

  /** The layers with weights, for tests that want one by name. */
  public static Node node(Network network, String name) {
    return network.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
  }
}
