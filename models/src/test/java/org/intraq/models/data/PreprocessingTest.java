package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.intraq.models.data.Preprocessing.Resize;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingTest {
  private static final List<Double> HALF = List.of(0.5, 0.5, 0.5);

  @Test
  void kerasIsXOver127Minus1() {
    DecodedImage image = TestImages.hashed(224, 224, 3, 1);
    float[] out = new float[2 * Preprocessing.KERAS_MOBILENET.outputLength()];
    Arrays.fill(out, Float.NaN);
    int offset = 7;
    Preprocessing.KERAS_MOBILENET.apply(image, out, offset);
    for (int i = 0; i < image.pixels().length; i++) {
      // Both sides round once to float, whose values below 1 are 2^-24 apart.
      assertEquals((image.pixels()[i] & 0xFF) / 127.5 - 1, out[offset + i], 0x1p-25);
    }
    assertTrue(Float.isNaN(out[offset - 1]) && Float.isNaN(out[offset + image.pixels().length]));
  }

  @Test
  void normalisesEachChannelByItsOwnConstants() {
    DecodedImage image = TestImages.hashed(32, 32, 3, 2);
    float[] out = new float[Preprocessing.CIFAR.outputLength()];
    Preprocessing.CIFAR.apply(image, out, 0);
    double[] mean = {0.485, 0.456, 0.406};
    double[] std = {0.229, 0.224, 0.225};
    for (int i = 0; i < out.length; i++) {
      double x = (image.pixels()[i] & 0xFF) / 255.0;
      assertEquals((float) ((x - mean[i % 3]) / std[i % 3]), out[i]);
    }
  }

  @Test
  void fashionMnistIsPaddedAndReplicated() {
    DecodedImage grey = TestImages.hashed(28, 28, 1, 3);
    DecodedImage pixels = Preprocessing.FASHION_MNIST.toPixels(grey);
    assertEquals(List.of(32, 32, 3), List.of(pixels.height(), pixels.width(), pixels.channels()));
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        boolean inside = y >= 2 && y < 30 && x >= 2 && x < 30;
        for (int c = 0; c < 3; c++) {
          assertEquals(inside ? grey.sample(y - 2, x - 2, 0) : 0, pixels.sample(y, x, c));
        }
      }
    }
  }

  /** Height, width, seed; short side, crop; CRC-32 of Resize and CenterCrop done with Pillow 12. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "37 53 1 32 28 e1fe1dc9",
        "53 37 2 32 27 eb1864e5",
        "300 401 3 256 224 a0b61ce3",
        "9 90 4 16 15 7067ecf1"
      })
  void shortSideThenCentreAsTorchvision(String line) {
    String[] w = line.split(" ");
    DecodedImage image =
        TestImages.hashed(
            Integer.parseInt(w[0]), Integer.parseInt(w[1]), 3, Integer.parseInt(w[2]));
    Preprocessing p =
        Preprocessing.parse("resize=short:%s size=%s mean=0.5 std=0.5".formatted(w[3], w[4]));
    assertEquals(w[5], ResamplerTest.crc(p.toPixels(image)));
  }

  @Test
  void colourToGreyEqualsPillow() {
    assertEquals("efa1ea48", ResamplerTest.crc(TestImages.hashed(37, 53, 3, 1).withChannels(1)));
    Preprocessing grey = new Preprocessing(Resize.WHOLE, 0, 8, 0, 1, List.of(0.5), List.of(0.5));
    assertEquals(1, grey.toPixels(TestImages.hashed(9, 9, 3, 1)).channels());
  }

  @Test
  void extremeAspectRatiosCostNoMemory() {
    // Resized to a short side of 256 the whole would have 4.3 gigapixels.
    DecodedImage line = TestImages.hashed(1, 65_500, 1, 4);
    DecodedImage out = Preprocessing.IMAGENET.toPixels(line);
    assertEquals(224, out.width());
    DecodedImage column = TestImages.hashed(65_500, 1, 1, 4);
    assertEquals(224, Preprocessing.IMAGENET.toPixels(column).height());
  }

  @Test
  void wrongSizeIsExplained() {
    DecodedImage image = TestImages.hashed(28, 28, 1, 1);
    DataException e = assertThrows(DataException.class, () -> Preprocessing.CIFAR.toPixels(image));
    assertTrue(e.getMessage().contains("28 x 28") && e.getMessage().contains("32 x 32"));
    float[] small = new float[10];
    assertThrows(
        IndexOutOfBoundsException.class, () -> Preprocessing.FASHION_MNIST.apply(image, small, 0));
  }

  @Test
  void textFormIsReadBack() {
    for (Preprocessing p :
        List.of(
            Preprocessing.CIFAR,
            Preprocessing.IMAGENET,
            Preprocessing.KERAS_MOBILENET,
            Preprocessing.FASHION_MNIST,
            new Preprocessing(Resize.WHOLE, 0, 40, 3, 1, List.of(-1e-9), List.of(123456.789)))) {
      assertEquals(p, Preprocessing.parse(p.toString()));
      assertEquals(Optional.of(p), Preprocessing.fromMetadata(p.toMetadata()));
    }
    assertEquals(Optional.empty(), Preprocessing.fromMetadata(Map.of("format", "pt")));
    assertEquals(
        new Preprocessing(Resize.SHORT_SIDE, 256, 224, 0, 3, HALF, HALF),
        Preprocessing.parse("resize=short:256  size=224 mean=0.5 std=0.5"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "resize=whole",
        "resize=whole size=224 mean=0.5",
        "resize=whole size=224 mean=0.5 std=0",
        "resize=whole size=224 mean=NaN std=1",
        "resize=whole size=224 mean=0.5,0.5 std=1",
        "resize=whole size=224 mean=0.5 std=1 channels=2",
        "resize=whole size=224 mean=0.5 std=1 pad=112",
        "resize=whole size=0 mean=0.5 std=1",
        "resize=whole size=99999 mean=0.5 std=1",
        "resize=whole size=224 size=224 mean=0.5 std=1",
        "resize=whole size=224 mean=0.5 std=1 colour=red",
        "resize=bicubic size=224 mean=0.5 std=1",
        "resize=short:200 size=224 mean=0.5 std=1",
        "resize=short:x size=224 mean=0.5 std=1",
        "resize=whole size=1e2 mean=0.5 std=1"
      })
  void malformedTextIsRefused(String text) {
    DataException e = assertThrows(DataException.class, () -> Preprocessing.parse(text));
    assertTrue(e.getMessage().startsWith("preprocessing: "), e.getMessage());
  }

  /** So that an evaluation names and skips it, as it does with all that is no usable image. */
  @ParameterizedTest
  @ValueSource(strings = {"short:256", "whole"})
  void anImageOfOneRowIsRefused(String resize) {
    Preprocessing p = Preprocessing.parse("resize=" + resize + " size=224 mean=0 std=1");
    for (int length : new int[] {9_000_000, 20_000_000}) {
      DecodedImage line = new DecodedImage(1, length, 1, new byte[length]);
      DecodedImage column = new DecodedImage(length, 1, 1, new byte[length]);
      assertThrows(DataException.class, () -> p.toPixels(column), "column of " + length);
      if (!resize.equals("whole")) {
        assertThrows(DataException.class, () -> p.toPixels(line), "row of " + length);
      }
    }
  }

  /** It goes into files, and a run is known by it. */
  @Test
  void textIsTheSameInEveryCountry() {
    Locale before = Locale.getDefault();
    String text = Preprocessing.IMAGENET.toString();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals(text, Preprocessing.IMAGENET.toString());
    } finally {
      Locale.setDefault(before);
    }
  }
}
