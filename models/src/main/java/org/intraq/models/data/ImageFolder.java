package org.intraq.models.data;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with one folder for each class, as torchvision's {@code ImageFolder}.
 *
 * <p>What the folders' names mean:
 *
 * <ul>
 *   <li>all numbers ({@code 0001}): the class indices themselves;
 *   <li>all WordNet ids ({@code n01440764}): the position in an order file (one id at the start of
 *       each line; found in the folder or beside it, or given); without one, the sorted position if
 *       all 1000 classes are there, which is ImageNet's order;
 *   <li>anything else: the position among the sorted names; a folder without images is refused
 *       then, since it would either be skipped, which shifts the classes behind it, or be no class.
 * </ul>
 */
public final class ImageFolder {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,6}");
  private static final Pattern OTHER_NUMBER = Pattern.compile("[-+]?\\d+");
  private static final Pattern SYNSET = Pattern.compile("n\\d{8}");
  private static final int IMAGENET_CLASSES = 1000;
  private static final int MAX_DEPTH = 8;
  private static final long MAX_ORDER_BYTES = 1 << 22;
  private static final List<String> ORDER_FILES =
      List.of(
          "synsets.txt",
          "synset_words.txt",
          "LOC_synset_mapping.txt",
          "imagenet_synsets.txt",
          "classes.txt");

  private ImageFolder() {}

  /**
   * Lists the folder, looking for an order file itself.
   *
   * @throws DataException if no class folder holds an image, or the names' meaning is unclear
   */
  public static ImageDataset open(Path root, ImageDecoder decoder) {
    return open(root, null, decoder);
  }

  /**
   * Lists the folder.
   *
   * @param orderFile names the WordNet ids in the order of their class indices; null to look for
   *     one
   * @throws DataException if no class folder holds an image, the names' meaning is unclear, or the
   *     order file lacks a class
   */
  public static ImageDataset open(Path root, Path orderFile, ImageDecoder decoder) {
    List<SkippedFile> skipped = new ArrayList<>();
    Map<Path, List<Path>> images = new HashMap<>();
    List<Path> classes = new ArrayList<>();
    List<Path> empty = new ArrayList<>();
    for (Path child : sortedChildren(root)) {
      if (Files.isDirectory(child)) {
        List<Path> found = imagesBelow(child, skipped);
        if (found.isEmpty()) {
          empty.add(child);
        } else {
          classes.add(child);
          images.put(child, found);
        }
      } else if (isImage(child)) {
        skipped.add(new SkippedFile(child.toString(), "lies outside the class folders"));
      }
    }
    if (classes.isEmpty()) {
      throw new DataException(
          "%s: no images found; expected one folder for each class with .jpg, .jpeg or .png files"
              .formatted(root));
    }
    Numbering numbering = numbering(root, classes, orderFile);
    if (numbering.byName && !empty.isEmpty()) {
      throw new DataException(
          "%s: the folder '%s' holds no .jpg, .jpeg or .png images, so the numbers of the classes, which follow the folders' sorted names, are unclear; remove it if it is no class, or name all folders by class index"
              .formatted(root, fileName(empty.get(0))));
    }
    int[] indices = numbering.indices;
    List<FileImageDataset.Entry> entries = new ArrayList<>();
    for (int c = 0; c < indices.length; c++) {
      for (Path image : images.get(classes.get(c))) {
        entries.add(new FileImageDataset.Entry(image, indices[c]));
      }
    }
    return new FileImageDataset(
        "image folder (" + root + ")", entries, skipped, numbering.byName, decoder);
  }

  /** Says whether some folder in this folder holds an image directly, without listing all. */
  static boolean looksLikeImageFolder(Path root) {
    return Files.isDirectory(root)
        && sortedChildren(root).stream()
            .filter(Files::isDirectory)
            .anyMatch(ImageFolder::holdsImages);
  }

  /** Whether it is a folder in which images lie directly. */
  static boolean holdsImages(Path path) {
    return Files.isDirectory(path) && sortedChildren(path).stream().anyMatch(ImageFolder::isImage);
  }

  static boolean isImage(Path file) {
    String name = fileName(file).toLowerCase(Locale.ROOT);
    // Dot files include the "._x.jpg" resource forks that macOS leaves in archives.
    return !name.startsWith(".")
        && (name.endsWith(".jpg") || name.endsWith(".jpeg") || name.endsWith(".png"));
  }

  static String fileName(Path path) {
    Path last = path.getFileName();
    return last == null ? "" : last.toString();
  }

  static List<Path> sortedChildren(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children
          .filter(child -> !fileName(child).startsWith("."))
          .sorted((a, b) -> fileName(a).compareTo(fileName(b)))
          .toList();
    } catch (IOException e) {
      throw ByteSource.unreadable(folder, e);
    }
  }

  /** Returns the images at any depth, sorted; others and unreadable ones go to {@code skipped}. */
  static List<Path> imagesBelow(Path folder, List<SkippedFile> skipped) {
    List<Path> found = new ArrayList<>();
    try {
      Files.walkFileTree(
          folder,
          EnumSet.of(FileVisitOption.FOLLOW_LINKS),
          MAX_DEPTH,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (!attributes.isRegularFile()) {
                skipped.add(new SkippedFile(file.toString(), "not a regular file"));
              } else if (isImage(file)) {
                found.add(file);
              } else if (!fileName(file).startsWith(".")) {
                skipped.add(new SkippedFile(file.toString(), "not named .jpg, .jpeg or .png"));
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              // Unreadable, a dangling link, or a link back up the tree.
              skipped.add(new SkippedFile(file.toString(), "cannot be visited (" + e + ")"));
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw ByteSource.unreadable(folder, e);
    }
    found.sort((a, b) -> a.toString().compareTo(b.toString()));
    return found;
  }

  /**
   * The numbers of the classes.
   *
   * @param byName whether they are the positions of the folders' names, which would change with a
   *     folder more or less
   */
  private record Numbering(int[] indices, boolean byName) {}

  private static Numbering numbering(Path root, List<Path> classes, Path orderFile) {
    List<String> names = classes.stream().map(ImageFolder::fileName).toList();
    long numbers = names.stream().filter(n -> NUMBER.matcher(n).matches()).count();
    long synsets = names.stream().filter(n -> SYNSET.matcher(n).matches()).count();
    if (numbers == names.size()) {
      return new Numbering(names.stream().mapToInt(Integer::parseInt).toArray(), false);
    }
    for (String name : names) {
      if (OTHER_NUMBER.matcher(name).matches() && !NUMBER.matcher(name).matches()) {
        throw new DataException(
            "%s: the class folder '%s' is a number but no class index; name it 0 to 999999"
                .formatted(root, name));
      }
    }
    if (numbers > 0) {
      throw new DataException(
          "%s: some class folders are numbers (%s) and some are not (%s); name all by class index or none"
              .formatted(
                  root,
                  names.stream().filter(n -> NUMBER.matcher(n).matches()).findFirst().orElse(""),
                  names.stream().filter(n -> !NUMBER.matcher(n).matches()).findFirst().orElse("")));
    }
    Optional<Path> order =
        orderFile != null
            ? Optional.of(orderFile)
            : synsets > 0 ? findOrderFile(root) : Optional.empty();
    if (order.isPresent()) {
      return new Numbering(byOrderFile(root, names, order.get()), false);
    }
    if (synsets == names.size() && names.size() != IMAGENET_CLASSES) {
      throw new DataException(
          "%s: %d folders named by WordNet id are not all 1000 classes, so their indices are unknown; put a synsets.txt with all ids in class order beside them"
              .formatted(root, names.size()));
    }
    int[] sorted = new int[names.size()];
    Arrays.setAll(sorted, i -> i);
    return new Numbering(sorted, synsets < names.size());
  }

  private static Optional<Path> findOrderFile(Path root) {
    Path parent = root.toAbsolutePath().normalize().getParent();
    return Stream.of(root, parent == null ? root : parent)
        .flatMap(folder -> ORDER_FILES.stream().map(folder::resolve))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  private static int[] byOrderFile(Path root, List<String> names, Path orderFile) {
    String text =
        new String(ByteSource.readAll(orderFile, MAX_ORDER_BYTES), StandardCharsets.UTF_8);
    boolean synsets = names.stream().allMatch(name -> SYNSET.matcher(name).matches());
    Map<String, Integer> position = new HashMap<>();
    for (String line : text.split("\\R")) {
      if (!line.isBlank()) {
        String id = line.strip().split("[\\s,]", 2)[0];
        if (synsets && !SYNSET.matcher(id).matches()) {
          throw new DataException(
              "%s: the line '%s' does not begin with a WordNet id (n01440764), so the classes behind it cannot be counted; leave only lines that do"
                  .formatted(orderFile, line.strip()));
        }
        position.putIfAbsent(id, position.size());
      }
    }
    return names.stream()
        .mapToInt(
            name -> {
              Integer index = position.get(name);
              if (index == null) {
                throw new DataException(
                    "%s: does not list the class '%s' of %s".formatted(orderFile, name, root));
              }
              return index;
            })
        .toArray();
  }
}
