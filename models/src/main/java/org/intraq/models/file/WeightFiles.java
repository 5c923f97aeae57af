package org.intraq.models.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Opens weight files of any format that is understood. */
public final class WeightFiles {
  private static final String SUPPORTED =
      "supported are safetensors, PyTorch checkpoints (zip or legacy, also inside a .zip) and ONNX";

  private WeightFiles() {}

  /**
   * Lists what a weight file holds; the format is found in the content, not in the name. Elements
   * are read when a tensor is asked for them.
   *
   * @throws WeightFileException when the file cannot be read, is of no supported format, or is
   *     broken
   */
  public static TensorFile open(Path file) {
    if (Files.isDirectory(file)) {
      throw new WeightFileException(file.toString(), "is a folder, not a weight file");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      // A pipe would keep the reader waiting; a device has no length.
      throw new WeightFileException(file.toString(), "is no regular file");
    }
    return read(ByteSource.of(file));
  }

  /**
   * As {@link #open}, out of memory, for instance a resource.
   *
   * @param name what messages call it
   * @param bytes the file's content, not copied
   */
  public static TensorFile read(String name, byte[] bytes) {
    return read(ByteSource.of(name, bytes));
  }

  static TensorFile read(ByteSource source) {
    return read(source, false);
  }

  private static TensorFile read(ByteSource source, boolean insideZip) {
    byte[] head = source.bytes(0, (int) Math.min(source.size(), 64));
    if (head.length == 0) {
      throw source.failure("is empty");
    }
    if (SafetensorsReader.recognizes(head)) {
      return SafetensorsReader.read(source);
    }
    if (PyTorchCheckpointReader.recognizesLegacy(head)) {
      return PyTorchCheckpointReader.readLegacy(source);
    }
    if (ZipArchive.recognizes(head)) {
      ZipArchive zip = ZipArchive.open(source);
      if (PyTorchCheckpointReader.zipPrefix(source, zip) != null) {
        return PyTorchCheckpointReader.readZip(source, zip);
      }
      if (insideZip) {
        throw source.failure("is a zip archive inside of a zip archive");
      }
      return read(onlyFile(source, zip), true);
    }
    if (OnnxInitializerReader.recognizes(head)) {
      return OnnxInitializerReader.read(source);
    }
    throw source.failure(foreign(head) + "; " + SUPPORTED);
  }

  /** The one file of an archive, apart from what macOS adds: pytorchcv distributes weights so. */
  private static ByteSource onlyFile(ByteSource source, ZipArchive zip) {
    List<ZipArchive.Entry> files =
        zip.entries().stream()
            .filter(e -> !e.isFolder() && !e.name().startsWith("__MACOSX/"))
            .toList();
    if (files.size() != 1) {
      throw source.failure(
          "zip archive of %d files: neither a PyTorch checkpoint nor one file in a .zip"
              .formatted(files.size()));
    }
    return zip.content(files.getFirst());
  }

  /** Names formats that are often mistaken for supported ones. */
  private static String foreign(byte[] head) {
    record Magic(int at, String bytes, String name) {}
    Magic[] known = {
      new Magic(0, "\u0089HDF\r\n", "is an HDF5 (Keras) file"),
      new Magic(4, "TFL3", "is a TensorFlow Lite file"),
      new Magic(0, "GGUF", "is a GGUF file"),
      new Magic(0, "\u0093NUMPY", "is a NumPy array"),
      new Magic(0, "\u001f\u008b", "is gzip-compressed; decompress it first"),
    };
    for (Magic m : known) {
      byte[] magic = m.bytes.getBytes(StandardCharsets.ISO_8859_1);
      int end = m.at + magic.length;
      if (head.length >= end && Arrays.equals(head, m.at, end, magic, 0, magic.length)) {
        return m.name;
      }
    }
    return "is no weight file that is understood";
  }

  /** One line for a failure of the file system: {@code NoSuchFileException}'s message is a path. */
  static WeightFileException ioFailure(Path file, String done, IOException e) {
    String reason =
        switch (e) {
          case NoSuchFileException absent -> "no such file or folder";
          case AccessDeniedException denied -> "permission denied";
          default -> "cannot be " + done + ": " + e.getMessage() + remedy(e);
        };
    return new WeightFileException(file.toString(), reason, e);
  }

  private static String remedy(IOException e) {
    boolean full = String.valueOf(e.getMessage()).contains("No space left");
    return full ? "; make room, then go on (a run with --resume)" : "";
  }
}
