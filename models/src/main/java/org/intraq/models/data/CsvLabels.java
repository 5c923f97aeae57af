package org.intraq.models.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Images listed in a CSV file with their classes.
 *
 * <p>The columns are found by the names in the first line ({@code image}, {@code file}, {@code
 * path}, ...; {@code class_index}, {@code label}, {@code class}, ...); without such a line they are
 * the first two. Images are paths relative to the CSV's folder, with or without extension, or bare
 * names of files anywhere below it. Labels are class indices, or names, which are then numbered in
 * sorted order. A path that leaves the folder is refused; a listed image that is not there is
 * skipped and reported.
 */
public final class CsvLabels {
  private static final List<String> IMAGE_COLUMNS =
      List.of("image", "file", "filename", "file_name", "path", "image_path", "name", "id");
  private static final List<String> LABEL_COLUMNS =
      List.of("class_index", "class_id", "label_index", "label", "class", "target", "category");
  private static final List<String> EXTENSIONS =
      List.of("", ".jpg", ".jpeg", ".png", ".JPG", ".JPEG", ".PNG");
  private static final int MAX_CLASSES = 1_000_000;
  private static final Pattern NUMBER = Pattern.compile("[-+]?\\d{1,400}(\\.\\d*)?");

  private final Path csv;
  private final Path folder;
  private Map<String, Path> byName;
  private final Map<String, Path> others = new HashMap<>(); // second files of the same name

  private CsvLabels(Path csv) {
    this.csv = csv;
    Path parent = csv.getParent();
    this.folder = parent == null ? Path.of(".") : parent;
  }

  /**
   * Reads the list and finds its images.
   *
   * @throws DataException if the file is no such list, holds a malformed label or a path that
   *     leaves the folder, or none of its images is there
   */
  public static ImageDataset open(Path csv, ImageDecoder decoder) {
    List<CsvTable.Row> rows = CsvTable.read(csv);
    if (rows.isEmpty()) {
      throw new DataException(csv + ": is empty; expected lines of image,class_index");
    }
    return new CsvLabels(csv).list(rows, decoder);
  }

  private ImageDataset list(List<CsvTable.Row> rows, ImageDecoder decoder) {
    List<String> header =
        rows.get(0).fields().stream().map(f -> f.toLowerCase(Locale.ROOT)).toList();
    int imageColumn = find(header, IMAGE_COLUMNS);
    int labelColumn = find(header, LABEL_COLUMNS);
    boolean named = imageColumn >= 0 && labelColumn >= 0;
    if (!named) {
      requireHeaderless(rows.get(0));
      imageColumn = 0;
      labelColumn = 1;
    }
    List<CsvTable.Row> body = named ? rows.subList(1, rows.size()) : rows;
    if (named) {
      labelColumn = indicesFirst(header, labelColumn, body);
    }
    int[] labels = labels(body, Math.max(imageColumn, labelColumn), labelColumn);
    boolean byName = labels.length > 0 && !isIndex(body.getFirst().fields().get(labelColumn));
    List<FileImageDataset.Entry> entries = new ArrayList<>();
    List<SkippedFile> skipped = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      CsvTable.Row row = body.get(i);
      String image = row.fields().get(imageColumn);
      Path file = resolve(image, row.line());
      if (file == null) {
        skipped.add(new SkippedFile(image, "listed in line %d, not found".formatted(row.line())));
      } else {
        entries.add(new FileImageDataset.Entry(file, labels[i]));
      }
    }
    if (entries.isEmpty()) {
      throw new DataException(
          "%s: none of its %d images lies in %s; put the CSV into the images' folder"
              .formatted(csv, labels.length, folder));
    }
    return new FileImageDataset("CSV (" + csv + ")", entries, skipped, byName, decoder);
  }

  private static int find(List<String> header, List<String> names) {
    return names.stream().mapToInt(header::indexOf).filter(i -> i >= 0).findFirst().orElse(-1);
  }

  /** Where a list has class names and class indices, the indices say what the names mean. */
  private static int indicesFirst(List<String> header, int found, List<CsvTable.Row> body) {
    return LABEL_COLUMNS.stream()
        .mapToInt(header::indexOf)
        .filter(column -> column >= 0 && body.stream().allMatch(row -> isIndexIn(row, column)))
        .findFirst()
        .orElse(found);
  }

  private static boolean isIndexIn(CsvTable.Row row, int column) {
    return column < row.fields().size() && isIndex(row.fields().get(column));
  }

  private void requireHeaderless(CsvTable.Row first) {
    if (first.fields().size() < 2 || !isIndex(first.fields().get(1))) {
      throw new DataException(
          "%s: no columns for image and class; expected a first line with one of %s and one of %s, or lines of image,class_index"
              .formatted(csv, IMAGE_COLUMNS, LABEL_COLUMNS));
    }
  }

  private int[] labels(List<CsvTable.Row> rows, int lastColumn, int labelColumn) {
    TreeSet<String> names = new TreeSet<>();
    for (CsvTable.Row row : rows) {
      if (row.fields().size() <= lastColumn || row.fields().get(labelColumn).isBlank()) {
        throw new DataException(
            "%s, line %d: image or class is missing".formatted(csv, row.line()));
      }
      names.add(row.fields().get(labelColumn));
    }
    requireNoOtherNumber(names);
    boolean indices = names.stream().allMatch(CsvLabels::isIndex);
    Map<String, Integer> index = new HashMap<>();
    for (String name : names) {
      index.put(name, indices ? Integer.parseInt(name) : index.size());
    }
    if (!indices && names.stream().anyMatch(CsvLabels::isIndex)) {
      throw new DataException(
          "%s: some classes are indices (%s) and some are not (%s); write all as 0 to %d, or all as names"
              .formatted(
                  csv,
                  names.stream().filter(CsvLabels::isIndex).findFirst().orElse(""),
                  names.stream().filter(n -> !isIndex(n)).findFirst().orElse(""),
                  MAX_CLASSES - 1));
    }
    return rows.stream().mapToInt(row -> index.get(row.fields().get(labelColumn))).toArray();
  }

  /** Taken for names, numbers such as -1 or 3.0 would get indices of their own, silently wrong. */
  private void requireNoOtherNumber(Set<String> names) {
    for (String name : names) {
      if (!isIndex(name) && NUMBER.matcher(name).matches()) {
        throw new DataException(
            "%s: the class '%s' is a number but no class index; write whole numbers from 0 to %d"
                .formatted(csv, name, MAX_CLASSES - 1));
      }
    }
  }

  private static boolean isIndex(String text) {
    return text.length() <= 6
        && !text.isEmpty()
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /** Returns the file of a listed image, null if there is none. */
  private Path resolve(String image, int line) {
    Path relative;
    try {
      relative = Path.of(image);
    } catch (InvalidPathException e) {
      throw new DataException("%s, line %d: malformed path".formatted(csv, line), e);
    }
    boolean climbs = image.isEmpty() || relative.isAbsolute();
    for (Path part : relative) {
      climbs |= part.toString().equals("..");
    }
    if (climbs) {
      throw new DataException(
          "%s, line %d: the path '%s' does not stay in the CSV's folder; list paths relative to it, without '..'"
              .formatted(csv, line, image));
    }
    for (String extension : EXTENSIONS) {
      Path file = folder.resolve(image + extension);
      if (Files.isRegularFile(file)) {
        return file;
      }
    }
    if (relative.getNameCount() != 1) {
      return null;
    }
    Path file = index().get(image);
    if (others.containsKey(image)) {
      throw new DataException(
          "%s: the name '%s' means both %s and %s; list paths with folders"
              .formatted(csv, image, file, others.get(image)));
    }
    return file;
  }

  /** Maps names with and without extension to files below the folder; built when first needed. */
  private Map<String, Path> index() {
    if (byName == null) {
      byName = new HashMap<>();
      for (Path file : ImageFolder.imagesBelow(folder, new ArrayList<>())) {
        String name = ImageFolder.fileName(file);
        enter(name, file);
        enter(name.substring(0, name.lastIndexOf('.')), file);
      }
    }
    return byName;
  }

  private void enter(String name, Path file) {
    if (byName.putIfAbsent(name, file) != null) {
      others.putIfAbsent(name, file);
    }
  }
}
