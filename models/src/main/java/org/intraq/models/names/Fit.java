package org.intraq.models.names;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.net.Network;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.Settings;

/** How well a file's tensors are those of one network under one convention of naming. */
final class Fit {
  private static final String COUNTER = ".num_batches_tracked";

  final NameTable table;
  final Architecture architecture;
  final Network network;

  /** Our tensor names with the file's tensors. */
  final Map<String, NamedTensor> found = new LinkedHashMap<>();

  final List<String> missing = new ArrayList<>();
  final List<String> surplus = new ArrayList<>();
  final List<String> misshapen = new ArrayList<>();

  private Fit(NameTable table, Architecture architecture, Map<String, NamedTensor> tensors) {
    this.table = table;
    this.architecture = architecture;
    this.network = architecture.build(architecture.baseName());
    Set<String> used = new HashSet<>();
    network
        .tensors()
        .forEach(
            (name, shape) -> {
              String fileName = table.fileName(architecture, name);
              NamedTensor tensor = tensors.get(fileName);
              used.add(fileName);
              if (tensor == null) {
                missing.add(fileName);
                return;
              }
              found.put(name, tensor);
              if (!Arrays.equals(squeezed(tensor.shape()), squeezed(shape))) {
                misshapen.add(
                    "%s: expected %s, got %s"
                        .formatted(
                            fileName, Arrays.toString(shape), Arrays.toString(tensor.shape())));
              }
            });
    for (String name : tensors.keySet()) {
      if (!used.contains(name) && !name.endsWith(COUNTER)) {
        surplus.add(MisfitException.quote(name));
      }
    }
  }

  /** Compares with exactly this network. */
  static Fit exact(NameTable table, Architecture network, Map<String, NamedTensor> tensors) {
    return new Fit(table, network, tensors);
  }

  /** Compares with this network, the class and channel counts being those of the file. */
  static Fit adapted(NameTable table, Architecture network, Map<String, NamedTensor> tensors) {
    Network built = network.build(network.baseName());
    String stem = built.tensors().keySet().iterator().next();
    int[] stemShape = shape(tensors, table.fileName(network, stem));
    int[] outputShape = shape(tensors, table.fileName(network, "output.weight"));
    Settings settings = network.settings();
    if (stemShape.length == 4 && stemShape[1] > 0) {
      settings = settings.withChannels(stemShape[1]);
    }
    if (outputShape.length >= 2 && outputShape[0] > 0) {
      settings = settings.withClasses(outputShape[0]);
    }
    return new Fit(table, network.with(settings), tensors);
  }

  private static int[] shape(Map<String, NamedTensor> tensors, String name) {
    NamedTensor tensor = tensors.get(name);
    return tensor == null ? new int[0] : tensor.shape();
  }

  /** A classifier may be stored as a 1x1 convolution, [OUT, IN, 1, 1]. */
  private static int[] squeezed(int[] shape) {
    boolean pointwise = shape.length == 4 && shape[2] == 1 && shape[3] == 1;
    return pointwise ? Arrays.copyOf(shape, 2) : shape;
  }

  int misfits() {
    return missing.size() + surplus.size() + misshapen.size();
  }

  /** Whether at least half of the network's names are in the file. */
  boolean isPlausible() {
    return 2 * found.size() >= network.tensors().size();
  }
}
