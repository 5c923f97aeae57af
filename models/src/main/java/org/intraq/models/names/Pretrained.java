package org.intraq.models.names;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.intraq.models.data.DataException;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.net.Network;
import org.intraq.models.net.Weights;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.Zoo;

/**
 * A network with its weights and the preprocessing that belongs to them.
 *
 * @param network named as in the registry where that has a name for it
 * @param architecture which family member it is
 * @param weights under the network's own names
 * @param preprocessing the file's own if its metadata holds one, else that of its naming convention
 * @param origin whose naming convention the file follows
 * @param metadata the file's
 */
public record Pretrained(
    Network network,
    Architecture architecture,
    Weights weights,
    Preprocessing preprocessing,
    String origin,
    Map<String, String> metadata) {
  /** The metadata key of a JSON list: what the classes are called. */
  public static final String CLASS_NAMES = "class_names";

  /** The key under which files carry the registry name. */
  public static final String NETWORK_KEY = "network";

  /** What {@link #identify} finds: enough to tell users what a file is. */
  public record Identity(
      String network, Architecture architecture, Preprocessing preprocessing, String origin) {}

  /** Copies the metadata. */
  public Pretrained {
    metadata = Map.copyOf(metadata);
  }

  /** Loads a file whose content tells which network it belongs to. */
  public static Pretrained load(Path file) {
    return load(WeightFiles.open(file), null);
  }

  /**
   * Loads a file.
   *
   * @param model registry name of the network that the weights must belong to (variants that the
   *     file calls for are allowed), or null to find it from the file
   * @throws IllegalArgumentException if the registry has no such name
   * @throws WeightFileException if the file cannot be read, or its names are of no known network or
   *     it holds NaN, infinity, a negative variance or whole numbers
   * @throws MisfitException if it lacks tensors, has others, or has them in other shapes
   */
  public static Pretrained load(Path file, String model) {
    return load(WeightFiles.open(file), model);
  }

  /** As {@link #load(Path, String)}. */
  public static Pretrained load(TensorFile file, String model) {
    Fit fit = model == null ? best(file) : named(file, Zoo.get(model));
    String name = model == null ? nameOf(file, fit.architecture) : model;
    if (fit.misfits() > 0) {
      throw misfit(file, fit, name);
    }
    Network network = fit.architecture.build(name);
    Weights weights = new Weights();
    network
        .tensors()
        .forEach((tensor, shape) -> weights.put(tensor, shape, values(file, fit, tensor)));
    return new Pretrained(
        network,
        fit.architecture,
        weights,
        preprocessing(file, fit, model),
        fit.table.origin(),
        file.metadata());
  }

  /** A tensor's values, all of which a network can compute with. */
  private static float[] values(TensorFile file, Fit fit, String tensor) {
    NamedTensor found = fit.found.get(tensor);
    if (!found.type().isFloatingPoint()) {
      throw new WeightFileException(
          file.name(),
          "tensor %s holds whole numbers (%s), as a network that was quantized elsewhere does, and nothing says what they stand for; take the network in full precision"
              .formatted(WeightFileException.quote(found.name()), found.type()));
    }
    float[] values = found.toFloats();
    requireComputable(file, found.name(), tensor.endsWith(".running_var"), values);
    return values;
  }

  /**
   * Refuses NaN, infinity and negative variances.
   *
   * @param tensor its name in the file
   * @throws WeightFileException if there is such a value
   */
  public static void requireComputable(
      TensorFile file, String tensor, boolean variance, float[] values) {
    for (float v : values) {
      if (!Float.isFinite(v) || (variance && v < 0)) {
        throw new WeightFileException(
            file.name(),
            "tensor %s holds %s, which no network can compute with; the file is damaged or its training diverged"
                .formatted(
                    WeightFileException.quote(tensor),
                    variance && v < 0 ? "a variance of " + v : Float.toString(v)));
      }
    }
  }

  /** Which network a file fits exactly, if any. */
  public static Optional<Identity> identify(TensorFile file) {
    Optional<Fit> fit = candidates(file).stream().findFirst().filter(f -> f.misfits() == 0);
    return fit.map(
        f ->
            new Identity(
                nameOf(file, f.architecture),
                f.architecture,
                preprocessing(file, f, null),
                f.table.origin()));
  }

  /**
   * Other networks that a file's tensors are of just as well as of the one that {@link #load} takes
   * without a name; they compute otherwise, such as ResNets with the stride in another convolution.
   */
  public static List<String> alike(TensorFile file) {
    List<Fit> fits = candidates(file);
    if (fits.isEmpty() || ownArchitecture(file) != null) {
      return List.of();
    }
    Fit first = fits.getFirst();
    return fits.stream()
        .filter(f -> f.misfits() == 0 && f.table.equals(first.table))
        .filter(f -> !f.table.decidesVariant() && !f.architecture.equals(first.architecture))
        .map(f -> nameOf(file, f.architecture))
        .distinct()
        .toList();
  }

  /** What keeps a file from fitting the network that it resembles most, if it resembles any. */
  public static Optional<MisfitException> nearMiss(TensorFile file) {
    return candidates(file).stream()
        .findFirst()
        .filter(f -> f.misfits() > 0)
        .map(f -> misfit(file, f, nameOf(file, f.architecture)));
  }

  private static MisfitException misfit(TensorFile file, Fit fit, String name) {
    String network = name + " (names as in " + fit.table.origin() + ")";
    return new MisfitException(file.name(), network, fit.missing, fit.surplus, fit.misshapen);
  }

  /** An untrained or just trained network, to be saved. */
  public static Pretrained of(
      Zoo.Entry entry, Weights weights, Preprocessing preprocessing, Map<String, String> metadata) {
    return new Pretrained(
        entry.network(), entry.architecture(), weights, preprocessing, "pytorchcv", metadata);
  }

  /**
   * Writes a safetensors file that {@link #load(Path)} reads back as the same network.
   *
   * @param more metadata besides network, architecture and preprocessing
   */
  public void save(Path file, Map<String, String> more) {
    Map<String, String> all = new TreeMap<>(more);
    all.put(NETWORK_KEY, network.name());
    all.put(Architecture.METADATA_KEY, architecture.text());
    all.putAll(preprocessing.toMetadata());
    List<NamedTensor> tensors = new ArrayList<>();
    weights
        .entries()
        .forEach((name, e) -> tensors.add(NamedTensor.ofFloats(name, e.values(), e.shape())));
    SafetensorsWriter.write(file, tensors, all);
  }

  /** All plausible readings of a file, the best first. */
  private static List<Fit> candidates(TensorFile file) {
    Map<String, NamedTensor> tensors = withoutWrapper(file.byName());
    List<Fit> fits = new ArrayList<>();
    String own = ownArchitecture(file);
    try {
      if (own != null) {
        fits.add(Fit.exact(NameTables.ALL.getFirst(), Architecture.parse(own), tensors));
      } else {
        for (NameTable table : NameTables.ALL) {
          table.candidates().forEach(a -> fits.add(Fit.adapted(table, a, tensors)));
        }
      }
    } catch (IllegalArgumentException e) {
      throw new WeightFileException(file.name(), e.getMessage(), e);
    }
    fits.removeIf(f -> !f.isPlausible());
    fits.sort(Comparator.comparingInt(Fit::misfits)); // stable: the order of the tables decides
    return fits;
  }

  /** The architecture in metadata of ours; other programs use the key for a name alone. */
  private static String ownArchitecture(TensorFile file) {
    return file.metadata().containsKey(NETWORK_KEY)
        ? file.metadata().get(Architecture.METADATA_KEY)
        : null;
  }

  private static Fit best(TensorFile file) {
    List<Fit> fits = candidates(file);
    if (fits.isEmpty()) {
      throw unknown(file);
    }
    return fits.getFirst();
  }

  /** The reading as the network asked for, or as that variant of it which the file calls for. */
  private static Fit named(TensorFile file, Zoo.Entry entry) {
    List<Fit> fits = candidates(file);
    if (fits.isEmpty()) {
      throw unknown(file);
    }
    Fit best = fits.getFirst();
    Optional<Fit> variant =
        fits.stream().filter(f -> f.architecture.isVariantOf(entry.architecture())).findFirst();
    if (variant.isEmpty() || variant.get().misfits() > 0) {
      if (best.misfits() == 0) {
        throw new WeightFileException(
            file.name(),
            "holds the weights of %s (%d classes), not of %s (%d classes); leave the model out or name another"
                .formatted(
                    nameOf(file, best.architecture),
                    best.architecture.settings().classes(),
                    entry.name(),
                    entry.architecture().settings().classes()));
      }
      return variant.orElseGet(() -> asked(file, entry, best));
    }
    boolean registryDecides =
        !variant.get().table.decidesVariant() && ownArchitecture(file) == null;
    Fit exact = asked(file, entry, variant.get());
    return registryDecides && exact.misfits() == 0 ? exact : variant.get();
  }

  private static Fit asked(TensorFile file, Zoo.Entry entry, Fit like) {
    return Fit.exact(like.table, entry.architecture(), withoutWrapper(file.byName()));
  }

  private static WeightFileException unknown(TensorFile file) {
    String first = file.byName().keySet().stream().findFirst().orElse("");
    return new WeightFileException(
        file.name(),
        file.byName().isEmpty()
            ? "holds no tensors"
            : "its tensor names are of no known network (the first is %s); 'intraq info' lists them"
                .formatted(WeightFileException.quote(first)));
  }

  private static String nameOf(TensorFile file, Architecture architecture) {
    String own = file.metadata().get(NETWORK_KEY);
    return Optional.ofNullable(own)
        .flatMap(Zoo::find)
        .filter(e -> architecture.isVariantOf(e.architecture()))
        .or(() -> Zoo.naming(architecture))
        .map(Zoo.Entry::name)
        .orElse(architecture.baseName());
  }

  private static Preprocessing preprocessing(TensorFile file, Fit fit, String model) {
    Optional<Preprocessing> own;
    try {
      own = Preprocessing.fromMetadata(file.metadata());
    } catch (DataException e) {
      throw new WeightFileException(file.name(), "in its metadata, " + e.getMessage(), e);
    }
    return own.orElseGet(
        () ->
            model != null && !fit.table.decidesVariant()
                ? Zoo.get(model).preprocessing()
                : fit.table.preprocessing(fit.architecture));
  }

  /** Names without the prefix that training wrappers put before all of them. */
  private static Map<String, NamedTensor> withoutWrapper(Map<String, NamedTensor> tensors) {
    Map<String, NamedTensor> current = tensors;
    for (String wrapper : List.of("module.", "_orig_mod.", "model.", "module.")) {
      if (!current.isEmpty() && current.keySet().stream().allMatch(n -> n.startsWith(wrapper))) {
        Map<String, NamedTensor> bare = new LinkedHashMap<>();
        current.forEach((name, tensor) -> bare.put(name.substring(wrapper.length()), tensor));
        current = bare;
      }
    }
    return current;
  }
}
