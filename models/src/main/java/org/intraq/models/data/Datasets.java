package org.intraq.models.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Opens a data set from whatever path the user has, telling the kind by content.
 *
 * <table>
 *   <caption>What is recognised</caption>
 *   <tr><th>given</th><th>read as</th></tr>
 *   <tr><td>file, idx magic (also gzipped)</td><td>idx, with its partner found by name</td></tr>
 *   <tr><td>file, {@code .csv}</td><td>CSV labels</td></tr>
 *   <tr><td>any other file</td><td>CIFAR binary</td></tr>
 *   <tr><td>folder with idx files</td><td>idx, the part asked for</td></tr>
 *   <tr><td>folder with CIFAR files by their usual names</td><td>CIFAR, the part asked for</td></tr>
 *   <tr><td>folder with {@code val/} or {@code test/} (also {@code valid}, {@code validation}, {@code testing}), or {@code train/} ({@code training})</td><td>that ImageFolder</td></tr>
 *   <tr><td>folder with class folders</td><td>ImageFolder</td></tr>
 *   <tr><td>folder with one {@code .csv} and at most one folder of images</td><td>CSV labels</td></tr>
 * </table>
 */
public final class Datasets {
  private static final List<String> TRAINING = List.of("train", "training");
  private static final List<String> EVALUATION =
      List.of("val", "test", "valid", "validation", "testing");

  private Datasets() {}

  /** Opens the evaluation part with the default decoder; see {@link #open(Path, Split)}. */
  public static ImageDataset open(Path path) {
    return open(path, Split.TEST);
  }

  /** Opens a data set with the default decoder. */
  public static ImageDataset open(Path path, Split split) {
    return open(path, split, ImageDecoder.DEFAULT);
  }

  /**
   * Opens a data set.
   *
   * @param split the part meant where a folder holds both; a file stands for itself
   * @throws DataException if there is nothing there that can be read as a data set
   */
  public static ImageDataset open(Path path, Split split, ImageDecoder decoder) {
    if (!Files.exists(path)) {
      throw new DataException(
          path
              + ": no such file or folder; give a CIFAR .bin, an idx file, an image folder or a CSV");
    }
    return Files.isDirectory(path) ? openFolder(path, split, decoder) : openFile(path, decoder);
  }

  private static ImageDataset openFile(Path file, ImageDecoder decoder) {
    if (hasSuffix(file, ".csv")) {
      return CsvLabels.open(file, decoder);
    }
    if (IdxFile.looksLikeIdx(file)) {
      return openIdx(file);
    }
    if (ImageFolder.isImage(file)) {
      throw new DataException(
          file + ": is a single image; give a folder with one folder for each class, or a CSV");
    }
    return CifarDataset.open(file);
  }

  private static ImageDataset openFolder(Path folder, Split split, ImageDecoder decoder) {
    List<Path> children = ImageFolder.sortedChildren(folder);
    Optional<ImageDataset> packed = openPacked(folder, children, split);
    if (packed.isPresent()) {
      return packed.get();
    }
    for (String part : split == Split.TRAIN ? TRAINING : EVALUATION) {
      Path child = folder.resolve(part);
      if (ImageFolder.looksLikeImageFolder(child)) {
        return ImageFolder.open(child, decoder);
      }
    }
    List<Path> lists = children.stream().filter(child -> hasSuffix(child, ".csv")).toList();
    List<Path> imageFolders = children.stream().filter(ImageFolder::holdsImages).toList();
    // A list beside one folder of images is about these: one class would need no folder.
    if (lists.size() == 1 && imageFolders.size() <= 1) {
      return CsvLabels.open(lists.get(0), decoder);
    }
    refuseParts(folder, children, split);
    try {
      return ImageFolder.open(folder, decoder);
    } catch (DataException e) {
      throw ImageFolder.looksLikeImageFolder(folder)
          ? e
          : new DataException(
              folder
                  + ": holds no data set; expected idx files, CIFAR files by their usual names (test_batch.bin), class folders with .jpg or .png images, or one CSV",
              e);
    }
  }

  /** Refuses to take training and test images for classes of their own. */
  private static void refuseParts(Path folder, List<Path> children, Split split) {
    List<String> names =
        children.stream().filter(Files::isDirectory).map(ImageFolder::fileName).toList();
    if (!names.isEmpty() && names.stream().allMatch(Datasets::namesPart)) {
      throw new DataException(
          "%s: holds %s, but no folder named %s with one folder for each class; name the folder whose folders are the classes"
              .formatted(
                  folder,
                  String.join(", ", names),
                  String.join(" or ", split == Split.TRAIN ? TRAINING : EVALUATION)));
    }
  }

  private static boolean namesPart(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return TRAINING.contains(lower) || EVALUATION.contains(lower);
  }

  /** The formats that hold many images in a file. */
  private static Optional<ImageDataset> openPacked(Path folder, List<Path> files, Split split) {
    List<Path> images =
        files.stream()
            .filter(f -> ImageFolder.fileName(f).contains("images") && IdxFile.looksLikeIdx(f))
            .toList();
    List<Path> part = images.stream().filter(f -> splitOf(f) == split).toList();
    if (part.isEmpty() && images.size() == 1 && splitOf(images.get(0)) == null) {
      part = images;
    }
    if (!part.isEmpty()) {
      // The same part plain and gzipped, or several parts that the names do not tell apart.
      return Optional.of(openIdx(distinct(folder, part)));
    }
    if (!images.isEmpty()) {
      throw new DataException(
          "%s: holds idx files, but none of the %s part".formatted(folder, split));
    }
    List<Path> batches = new ArrayList<>();
    for (Path file : files) {
      String name = ImageFolder.fileName(file);
      boolean train = name.matches("data_batch_\\d+\\.bin|train\\.bin");
      boolean test = name.matches("test_batch\\.bin|test(_\\d+)?\\.bin");
      if (split == Split.TRAIN ? train : test) {
        batches.add(file);
      }
    }
    return batches.isEmpty()
        ? Optional.empty()
        : Optional.of(CifarDataset.open(batches.toArray(new Path[0])));
  }

  private static Path distinct(Path folder, List<Path> files) {
    if (files.stream().map(f -> stripGz(ImageFolder.fileName(f))).distinct().count() > 1) {
      throw new DataException(
          "%s: holds several idx image files of this part (%s, %s); name one of them"
              .formatted(
                  folder, ImageFolder.fileName(files.get(0)), ImageFolder.fileName(files.get(1))));
    }
    return files.get(0);
  }

  private static Split splitOf(Path file) {
    String name = ImageFolder.fileName(file);
    if (name.contains("train")) {
      return Split.TRAIN;
    }
    return name.contains("t10k") || name.contains("test") ? Split.TEST : null;
  }

  /** Opens the pair to which an idx file belongs; the partner's name differs in one word. */
  private static ImageDataset openIdx(Path file) {
    String name = stripGz(ImageFolder.fileName(file));
    boolean isImages = name.contains("images");
    if (!isImages && !name.contains("labels")) {
      throw new DataException(
          file
              + ": an idx file whose name holds neither 'images' nor 'labels'; give both files, IMAGES,LABELS");
    }
    String partner =
        isImages
            ? name.replace("images", "labels").replaceAll("idx[34]", "idx1")
            : name.replace("labels", "images").replace("idx1", "idx3");
    for (String candidate : List.of(partner, partner + ".gz")) {
      Path other = file.resolveSibling(candidate);
      if (Files.isRegularFile(other)) {
        return isImages ? IdxDataset.open(file, other) : IdxDataset.open(other, file);
      }
    }
    throw new DataException(
        "%s: its partner %s or %s.gz is missing; put both into one folder"
            .formatted(file, partner, partner));
  }

  /** Whether what a command line argument names is there; {@link #open(String, Split)}. */
  public static boolean exists(String argument) {
    try {
      return paths(argument).stream().allMatch(Files::exists);
    } catch (DataException e) {
      return false;
    }
  }

  /** The same argument from whatever folder a program runs in. */
  public static String absolute(String argument) {
    return paths(argument).stream()
        .map(path -> path.toAbsolutePath().normalize().toString())
        .collect(Collectors.joining(","));
  }

  /** One path, or the two of an idx pair. */
  private static List<Path> paths(String argument) {
    try {
      Path path = Path.of(argument);
      int comma = argument.indexOf(',');
      return comma > 0 && !Files.exists(path)
          ? List.of(Path.of(argument.substring(0, comma)), Path.of(argument.substring(comma + 1)))
          : List.of(path);
    } catch (InvalidPathException e) {
      throw new DataException("'" + argument + "': malformed path", e);
    }
  }

  /**
   * Opens what a command line argument names: a path as {@link #open(Path, Split)}, or an idx pair
   * {@code IMAGES,LABELS}.
   *
   * @throws DataException as {@link #open(Path, Split)}
   */
  public static ImageDataset open(String argument, Split split) {
    List<Path> paths = paths(argument);
    return paths.size() == 2
        ? IdxDataset.open(paths.get(0), paths.get(1))
        : open(paths.get(0), split);
  }

  private static String stripGz(String name) {
    return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
  }

  private static boolean hasSuffix(Path file, String suffix) {
    return ImageFolder.fileName(file).toLowerCase(Locale.ROOT).endsWith(suffix);
  }
}
