package org.intraq.models.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How an image becomes a network's input; belongs to a weight file as its tensors do.
 *
 * <p>Steps, in this order: channels, resize, padding with zeros, {@code (x/255 - mean) / std} in
 * channels-last order. With mean = std = 0.5 the last is {@code x/127.5 - 1}. Padding comes before
 * normalisation, so the border has the value that black has.
 *
 * @param resize how the image gets its size
 * @param resizeTo the length of the short side before cropping; 0 unless {@link Resize#SHORT_SIDE}
 * @param size height and width of the result, padding included
 * @param pad zeros added on each side
 * @param channels 3, or 1 for grey networks
 * @param mean one value a channel, as a fraction of 255
 * @param std one value a channel, as a fraction of 255
 */
public record Preprocessing(
    Resize resize,
    int resizeTo,
    int size,
    int pad,
    int channels,
    List<Double> mean,
    List<Double> std) {

  /** The ways an image gets its size. */
  public enum Resize {
    /** Not at all: an image of another size is an error. */
    NONE,
    /** The whole image, whatever its aspect ratio, to a square. */
    WHOLE,
    /** The short side to a length, keeping the aspect ratio, then the square in the middle. */
    SHORT_SIDE
  }

  /** The key under which {@link #toMetadata} stores the text form. */
  public static final String METADATA_KEY = "preprocessing";

  private static final List<Double> IMAGENET_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> IMAGENET_STD = List.of(0.229, 0.224, 0.225);
  private static final int MAX_SIZE = 4096;

  /** CIFAR images with ImageNet's mean and deviation, as the common CIFAR ResNets are trained. */
  public static final Preprocessing CIFAR =
      new Preprocessing(Resize.NONE, 0, 32, 0, 3, IMAGENET_MEAN, IMAGENET_STD);

  /** torchvision's and pytorchcv's ImageNet evaluation: short side 256, centre 224. */
  public static final Preprocessing IMAGENET =
      new Preprocessing(Resize.SHORT_SIDE, 256, 224, 0, 3, IMAGENET_MEAN, IMAGENET_STD);

  /** The Keras MobileNets': the whole image to 224x224, x/127.5 - 1. */
  public static final Preprocessing KERAS_MOBILENET =
      new Preprocessing(Resize.WHOLE, 0, 224, 0, 3, List.of(0.5, 0.5, 0.5), List.of(0.5, 0.5, 0.5));

  /** 28x28 grey to 32x32 in three equal channels, by Fashion-MNIST's mean and deviation. */
  public static final Preprocessing FASHION_MNIST =
      new Preprocessing(
          Resize.NONE, 0, 32, 2, 3, List.of(0.286, 0.286, 0.286), List.of(0.353, 0.353, 0.353));

  /** What a black pixel becomes in a channel; no real image holds less. */
  public float black(int channel) {
    return (float) (-mean.get(channel) / std.get(channel));
  }

  /** What a white pixel becomes in a channel; no real image holds more. */
  public float white(int channel) {
    return (float) ((1 - mean.get(channel)) / std.get(channel));
  }

  /**
   * Checks the values.
   *
   * @throws DataException if they contradict one another or lie out of range
   */
  public Preprocessing {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    if (size < 1 || size > MAX_SIZE || pad < 0 || 2 * pad >= size) {
      throw invalid("size must be 1 to %d and pad below half of it".formatted(MAX_SIZE));
    }
    if (channels != 1 && channels != 3) {
      throw invalid("channels must be 1 or 3, not %d".formatted(channels));
    }
    if (mean.size() != channels || std.size() != channels) {
      throw invalid("mean and std must have %d values".formatted(channels));
    }
    if (resize == Resize.SHORT_SIDE
        ? resizeTo < size - 2 * pad || resizeTo > MAX_SIZE
        : resizeTo != 0) {
      throw invalid(
          "the short side must be resized to at least the crop and at most %d".formatted(MAX_SIZE));
    }
    for (int c = 0; c < channels; c++) {
      if (!Double.isFinite(mean.get(c)) || !(std.get(c) > 0) || !Double.isFinite(std.get(c))) {
        throw invalid("mean must be finite and std positive");
      }
    }
  }

  private static DataException invalid(String reason) {
    return new DataException("preprocessing: " + reason);
  }

  /** Returns the number of floats of one image, {@code size*size*channels}. */
  public int outputLength() {
    return size * size * channels;
  }

  /**
   * Writes the network's input for an image as [size, size, channels] into {@code out} from {@code
   * offset}.
   *
   * @throws DataException if the image has another size and {@link #resize} is {@link Resize#NONE}
   */
  public void apply(DecodedImage image, float[] out, int offset) {
    normalize(toPixels(image), table(), out, offset);
  }

  /**
   * Returns the image in the network's size and channels, still as bytes: where augmentation comes
   * in.
   *
   * @throws DataException as {@link #apply}
   */
  public DecodedImage toPixels(DecodedImage image) {
    // Colour to grey first, as PIL would; grey to colour last, which is the same and cheaper.
    DecodedImage in = channels < image.channels() ? image.withChannels(channels) : image;
    int inner = size - 2 * pad;
    DecodedImage sized =
        switch (resize) {
          case NONE -> requireSize(in, inner);
          case WHOLE -> Resampler.resize(in, inner, inner);
          case SHORT_SIDE -> shortSideAndCrop(in, inner);
        };
    return padded(sized.withChannels(channels));
  }

  private static DecodedImage requireSize(DecodedImage image, int side) {
    if (image.height() != side || image.width() != side) {
      throw invalid(
          "the image has %d x %d pixels where %d x %d are expected; choose another preprocessing, for instance resize=whole"
              .formatted(image.width(), image.height(), side, side));
    }
    return image;
  }

  /** torchvision: Resize(resizeTo), which truncates the long side, then CenterCrop(side). */
  private DecodedImage shortSideAndCrop(DecodedImage image, int side) {
    int h = image.height();
    int w = image.width();
    int height = h <= w ? resizeTo : longSide(image, (long) resizeTo * h / w);
    int width = h <= w ? longSide(image, (long) resizeTo * w / h) : resizeTo;
    // Python's round: halves go to the even number.
    int top = (int) Math.rint((height - side) / 2.0);
    int left = (int) Math.rint((width - side) / 2.0);
    return Resampler.resizeAndCrop(image, height, width, top, left, side, side);
  }

  private static int longSide(DecodedImage image, long length) {
    if (length > Integer.MAX_VALUE) {
      throw Resampler.tooNarrow(image);
    }
    return (int) length;
  }

  private DecodedImage padded(DecodedImage image) {
    if (pad == 0) {
      return image;
    }
    int inner = image.width() * channels;
    byte[] out = new byte[outputLength()];
    for (int y = 0; y < image.height(); y++) {
      int to = ((y + pad) * size + pad) * channels;
      System.arraycopy(image.pixels(), y * inner, out, to, inner);
    }
    return new DecodedImage(size, size, channels, out);
  }

  /** Returns {@code table[c*256 + x] = (x/255 - mean[c]) / std[c]}, rounded once from double. */
  float[] table() {
    float[] table = new float[channels * 256];
    for (int i = 0; i < table.length; i++) {
      int c = i >> 8;
      table[i] = (float) (((i & 0xFF) / 255.0 - mean.get(c)) / std.get(c));
    }
    return table;
  }

  /** Looks every sample of {@link #toPixels}'s result up in {@link #table}. */
  void normalize(DecodedImage image, float[] table, float[] out, int offset) {
    byte[] pixels = image.pixels();
    if (offset < 0 || out.length - offset < pixels.length) {
      throw new IndexOutOfBoundsException(
          "preprocessing: %d floats do not fit an array of %d from offset %d"
              .formatted(pixels.length, out.length, offset));
    }
    if (channels == 1) {
      for (int i = 0; i < pixels.length; i++) {
        out[offset + i] = table[pixels[i] & 0xFF];
      }
      return;
    }
    for (int i = 0, o = offset; i < pixels.length; i += 3, o += 3) {
      out[o] = table[pixels[i] & 0xFF];
      out[o + 1] = table[256 + (pixels[i + 1] & 0xFF)];
      out[o + 2] = table[512 + (pixels[i + 2] & 0xFF)];
    }
  }

  /**
   * Returns the text form that {@link #parse} reads, for example {@code "resize=short:256 size=224
   * pad=0 channels=3 mean=0.485,0.456,0.406 std=0.229,0.224,0.225"}.
   */
  @Override
  public String toString() {
    String how =
        switch (resize) {
          case NONE -> "none";
          case WHOLE -> "whole";
          case SHORT_SIDE -> "short:" + resizeTo;
        };
    // Part of files and of what a run is known by: the same in every country.
    return String.format(
        Locale.ROOT,
        "resize=%s size=%d pad=%d channels=%d mean=%s std=%s",
        how,
        size,
        pad,
        channels,
        join(mean),
        join(std));
  }

  private static String join(List<Double> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  /**
   * Reads the text form; {@code pad=0} and {@code channels=3} may be left out, and one mean or std
   * stands for all channels.
   *
   * @throws DataException if a key is unknown, missing or repeated, or a value does not fit
   */
  public static Preprocessing parse(String text) {
    Map<String, String> values = new LinkedHashMap<>(Map.of("pad", "0", "channels", "3"));
    Map<String, String> given = new LinkedHashMap<>();
    for (String word : text.strip().split("\\s+")) {
      int equals = word.indexOf('=');
      if (equals < 1 || given.put(word.substring(0, equals), word.substring(equals + 1)) != null) {
        throw invalid("expected distinct key=value words, got '%s'".formatted(word));
      }
    }
    values.putAll(given);
    List<String> keys = List.of("resize", "size", "pad", "channels", "mean", "std");
    for (String key : values.keySet()) {
      if (!keys.contains(key)) {
        throw invalid("unknown key '%s', known are %s".formatted(key, keys));
      }
    }
    for (String key : keys) {
      if (!values.containsKey(key)) {
        throw invalid("the key '%s' is missing in '%s'".formatted(key, text));
      }
    }
    try {
      return fromValues(values);
    } catch (NumberFormatException e) {
      throw new DataException("preprocessing: '" + text + "' holds a malformed number", e);
    }
  }

  private static Preprocessing fromValues(Map<String, String> values) {
    String how = values.get("resize");
    int resizeTo = how.startsWith("short:") ? Integer.parseInt(how.substring(6)) : 0;
    Resize resize =
        switch (how) {
          case "none" -> Resize.NONE;
          case "whole" -> Resize.WHOLE;
          default -> {
            if (!how.startsWith("short:")) {
              throw invalid("resize must be none, whole or short:LENGTH, not '%s'".formatted(how));
            }
            yield Resize.SHORT_SIDE;
          }
        };
    int channels = Integer.parseInt(values.get("channels"));
    return new Preprocessing(
        resize,
        resizeTo,
        Integer.parseInt(values.get("size")),
        Integer.parseInt(values.get("pad")),
        channels,
        numbers(values.get("mean"), channels),
        numbers(values.get("std"), channels));
  }

  private static List<Double> numbers(String text, int channels) {
    String[] words = text.split(",", -1);
    if (words.length == 1 && channels == 3) {
      return Collections.nCopies(3, Double.valueOf(words[0]));
    }
    return Arrays.stream(words).map(Double::valueOf).toList();
  }

  /** Returns the metadata entry of a weight file that {@link #fromMetadata} reads. */
  public Map<String, String> toMetadata() {
    return Map.of(METADATA_KEY, toString());
  }

  /**
   * Returns the preprocessing that a weight file's metadata names, if it does.
   *
   * @throws DataException if the entry is there but malformed
   */
  public static Optional<Preprocessing> fromMetadata(Map<String, String> metadata) {
    return Optional.ofNullable(metadata.get(METADATA_KEY)).map(Preprocessing::parse);
  }
}
