package org.intraq.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.intraq.models.names.Pretrained;

/**
 * What classes are called: by a file of names, by the metadata {@code class_names} of the network's
 * file (a JSON list), or by the data set in the network's name. Without any of these a class is its
 * number.
 */
final class ClassNames {
  private static final Map<String, List<String>> KNOWN =
      Map.of(
          "_cifar10",
          List.of(
              "airplane",
              "automobile",
              "bird",
              "cat",
              "deer",
              "dog",
              "frog",
              "horse",
              "ship",
              "truck"),
          "_fashion",
          List.of(
              "T-shirt/top",
              "trouser",
              "pullover",
              "dress",
              "coat",
              "sandal",
              "shirt",
              "sneaker",
              "bag",
              "ankle boot"));

  private final List<String> names;

  private ClassNames(List<String> names) {
    this.names = names;
  }

  /**
   * Finds the names.
   *
   * @param file one name a line; or null
   */
  static ClassNames of(Path file, String network, int classes, Map<String, String> metadata) {
    List<String> names = List.of();
    if (file != null) {
      names = lines(file);
      if (names.size() != classes) {
        throw new UserException(
            "--classes: %s holds %d names, but %s has %d classes"
                .formatted(file, names.size(), network, classes));
      }
    } else if (metadata.containsKey(Pretrained.CLASS_NAMES)) {
      names = list(metadata.get(Pretrained.CLASS_NAMES));
    } else {
      for (var known : KNOWN.entrySet()) {
        names = network.endsWith(known.getKey()) ? known.getValue() : names;
      }
    }
    return new ClassNames(names.size() == classes ? names : List.of());
  }

  private static List<String> lines(Path file) {
    if (Files.isDirectory(file)) {
      throw new UserException("--classes: " + file + ": is a folder; name a text file");
    }
    try {
      return Files.readAllLines(file).stream()
          .map(String::strip)
          .filter(s -> !s.isEmpty())
          .toList();
    } catch (CharacterCodingException e) {
      throw new UserException(
          "--classes: " + file + ": is no UTF-8 text; save it as UTF-8, one name a line", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> list(String json) {
    try {
      List<String> names = new ArrayList<>();
      new ObjectMapper()
          .readTree(json)
          .forEach(node -> names.add(node.asText().replaceAll("\\p{Cntrl}", "?")));
      return names;
    } catch (JsonProcessingException e) {
      return List.of();
    }
  }

  /** The name of a class, or null. */
  String of(int index) {
    return names.isEmpty() ? null : names.get(index);
  }
}
