package org.intraq.images;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;

/**
 * Synthetic images in files of one batch each, {@code images} F32 [N, C, H, W] and {@code labels}
 * I32 [N], of which one image at a time is read: memory does not grow with their number.
 */
public final class StoredImages implements ImageSource, AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IMAGES = "images";
  private static final String LABELS = "labels";

  private record Part(Path file, FileChannel channel, long dataStart, int[] labels) {}

  private final List<Part> parts = new ArrayList<>();
  private final int[] partOf;
  private final int[] firstOf;
  private final int channels;
  private final int plane;

  private StoredImages(List<Path> files) {
    int total = 0;
    int c = 0;
    int p = 0;
    for (Path file : files) {
      TensorFile tensors = WeightFiles.open(file);
      int[] shape = tensors.tensor(IMAGES).shape();
      long[] labels = tensors.tensor(LABELS).toLongs();
      c = shape[1];
      p = shape[2] * shape[3];
      int[] narrow = new int[labels.length];
      for (int i = 0; i < narrow.length; i++) {
        narrow[i] = (int) labels[i];
      }
      parts.add(open(file, narrow));
      total += narrow.length;
    }
    channels = c;
    plane = p;
    partOf = new int[total];
    firstOf = new int[parts.size()];
    int at = 0;
    for (int i = 0; i < parts.size(); i++) {
      firstOf[i] = at;
      for (int j = 0; j < parts.get(i).labels.length; j++) {
        partOf[at++] = i;
      }
    }
  }

  /** Opens files that {@link #write} wrote. */
  public static StoredImages open(List<Path> files) {
    return new StoredImages(files);
  }

  /** Writes a batch [N, H, W, C]. */
  public static void write(
      Path file, float[] nhwc, int[] labels, int h, int w, int c, Map<String, String> metadata) {
    float[] nchw = new float[nhwc.length];
    for (int n = 0; n < labels.length; n++) {
      for (int p = 0; p < h * w; p++) {
        for (int ch = 0; ch < c; ch++) {
          nchw[(n * c + ch) * h * w + p] = nhwc[(n * h * w + p) * c + ch];
        }
      }
    }
    SafetensorsWriter.write(
        file,
        List.of(
            NamedTensor.ofFloats(IMAGES, nchw, labels.length, c, h, w),
            NamedTensor.ofInts(LABELS, labels, labels.length)),
        metadata);
  }

  private static Part open(Path file, int[] labels) {
    try {
      FileChannel channel = FileChannel.open(file);
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      readFully(channel, length, 0);
      ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(length.getLong(0)));
      readFully(channel, header, 8);
      JsonNode entry = JSON.readTree(header.array()).get(IMAGES);
      long start = 8 + header.capacity() + entry.get("data_offsets").get(0).asLong();
      return new Part(file, channel, start, labels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readFully(FileChannel channel, ByteBuffer target, long position)
      throws IOException {
    while (target.hasRemaining()) {
      int read = channel.read(target, position + target.position());
      if (read < 0) {
        throw new IOException("file ends early");
      }
    }
    target.flip();
  }

  /** Tells images apart: SHA-256 over what the files hold, in hexadecimal. */
  public String hash() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
      for (Part part : parts) {
        for (long at = 0; at < part.channel.size(); at += bytes.limit()) {
          bytes.clear();
          bytes.limit((int) Math.min(bytes.capacity(), part.channel.size() - at));
          readFully(part.channel, bytes, at);
          digest.update(bytes.array(), 0, bytes.limit());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public int size() {
    return partOf.length;
  }

  @Override
  public int imageLength() {
    return plane * channels;
  }

  @Override
  public int label(int index) {
    int part = partOf[index];
    return parts.get(part).labels[index - firstOf[part]];
  }

  @Override
  public void read(int index, float[] target, int offset) {
    Part part = parts.get(partOf[index]);
    int length = imageLength();
    ByteBuffer bytes = ByteBuffer.allocate(4 * length).order(ByteOrder.LITTLE_ENDIAN);
    try {
      readFully(
          part.channel, bytes, part.dataStart + 4L * length * (index - firstOf[partOf[index]]));
    } catch (IOException e) {
      throw new UncheckedIOException(part.file + ": " + e.getMessage(), e);
    }
    var floats = bytes.asFloatBuffer();
    for (int c = 0; c < channels; c++) {
      for (int p = 0; p < plane; p++) {
        target[offset + p * channels + c] = floats.get(c * plane + p);
      }
    }
  }

  @Override
  public void close() {
    for (Part part : parts) {
      try {
        part.channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
