package org.intraq.models;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;

/** Values computed with PyTorch, and the formula weights they were computed for. */
public final class Golden {
  /** The position that stands for the input in {@link #formula}. */
  public static final int INPUT = 1000;

  private Golden() {}

  /** A golden file of the test resources. */
  public static TensorFile resource(String name) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name)) {
      return WeightFiles.read(name, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A file beside the project; skips the test when it is absent. */
  public static Path shared(String path) {
    String root = System.getProperty("intraq.shared");
    assumeTrue(root != null, "skipped: -Dintraq.shared=FOLDER is not set");
    Path file = Path.of(root, path).normalize();
    assumeTrue(Files.exists(file), () -> "skipped: absent: " + path + " in the shared folder");
    return file;
  }

  /** Tensor names and shapes of one network of {@code nets.json}, in checkpoint order. */
  public static Map<String, int[]> checkpoint(String network) {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/nets.json")) {
      Map<String, int[]> entries = new LinkedHashMap<>();
      for (JsonNode entry : new ObjectMapper().readTree(in).get(network)) {
        int[] shape = new int[entry.get(1).size()];
        for (int i = 0; i < shape.length; i++) {
          shape[i] = entry.get(1).get(i).asInt();
        }
        entries.put(entry.get(0).asText(), shape);
      }
      return entries;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The formula weights of a network of {@code nets.json}, counters left out. */
  public static Map<String, NamedTensor> formulaWeights(String network) {
    Map<String, NamedTensor> tensors = new LinkedHashMap<>();
    int position = 0;
    for (Map.Entry<String, int[]> entry : checkpoint(network).entrySet()) {
      String name = entry.getKey();
      int[] shape = entry.getValue();
      if (shape.length > 0) {
        tensors.put(name, NamedTensor.ofFloats(name, weight(name, shape, position), shape));
      }
      position++;
    }
    return tensors;
  }

  private static float[] weight(String name, int[] shape, int position) {
    int size = 1;
    for (int extent : shape) {
      size *= extent;
    }
    double scale = 0.2;
    double shift = 0;
    if (name.endsWith("running_var")) {
      scale = 1;
      shift = 1;
    } else if (shape.length >= 2) {
      scale = Math.sqrt(12) * Math.sqrt(2.0 * shape[0] / size);
    } else if (name.endsWith("weight")) {
      shift = 1;
    }
    double[] r = formula(position, size);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (shift + scale * r[i]);
    }
    return values;
  }

  /** {@code n} numbers in [-0.5, 0.5) for the tensor at a position, by an integer hash. */
  public static double[] formula(int position, int n) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      int x = i + 0x9E3779B9 * (position + 1);
      x ^= x >>> 16;
      x *= 0x7FEB352D;
      x ^= x >>> 15;
      x *= 0x846CA68B;
      x ^= x >>> 16;
      values[i] = (x & 0xFFFFFFFFL) / 4294967296.0 - 0.5;
    }
    return values;
  }

  /** [N, C, H, W] to [N, H, W, C]. */
  public static float[] toNhwc(float[] x, int n, int c, int hw) {
    float[] y = new float[x.length];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < c; k++) {
        for (int p = 0; p < hw; p++) {
          y[(i * hw + p) * c + k] = x[(i * c + k) * hw + p];
        }
      }
    }
    return y;
  }

  /** Asserts ||got - expected|| <= limit * ||expected||. */
  public static void assertClose(String what, float[] expected, float[] got, double limit) {
    assertTrue(
        expected.length == got.length,
        () -> what + ": expected " + expected.length + " values, got " + got.length);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < got.length; i++) {
      difference += Math.pow((double) expected[i] - got[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    double relative = Math.sqrt(difference / norm);
    assertTrue(norm > 0, () -> what + ": degenerate expectation");
    assertTrue(relative <= limit, () -> what + ": relative error " + relative);
  }
}
