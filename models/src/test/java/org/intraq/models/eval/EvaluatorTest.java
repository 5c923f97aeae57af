package org.intraq.models.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.intraq.models.Golden;
import org.intraq.models.data.DataException;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.DecodedImage;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Devices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluatorTest {
  private static final int SHIPPED_OF_1000 = 960;
  private static final float NAN = Float.NaN;

  @Test
  void ranks() {
    float[] logits = {9, 1, 3, 3, 2};
    assertEquals(0, Evaluator.rank(logits, 1, 4, 1));
    assertEquals(1, Evaluator.rank(logits, 1, 4, 2));
    assertEquals(2, Evaluator.rank(logits, 1, 4, 3));
    assertEquals(3, Evaluator.rank(logits, 1, 4, 0));
    assertEquals(2, Evaluator.rank(new float[] {NAN, NAN}, 0, 2, 0));
    assertEquals(1, Evaluator.rank(new float[] {1, NAN}, 0, 2, 0));
  }

  @Test
  void crossEntropyByHand() {
    float[] logits = {0, (float) Math.log(3)};
    assertEquals(Math.log(4), Evaluator.crossEntropy(logits, 0, 2, 0), 1e-7);
    assertEquals(Math.log(4.0 / 3), Evaluator.crossEntropy(logits, 0, 2, 1), 1e-7);
    assertEquals(0, Evaluator.crossEntropy(new float[] {1000, -1000}, 0, 2, 0), 0);
  }

  /** Ten 2x2 images; image i is all i and has class i mod 3; images 4 and 7 cannot be decoded. */
  private static final class Ten implements ImageDataset {
    @Override
    public String name() {
      return "ten";
    }

    @Override
    public int size() {
      return 10;
    }

    @Override
    public int classCount() {
      return 3;
    }

    @Override
    public int label(int index) {
      return index % 3;
    }

    @Override
    public DecodedImage load(int index) {
      if (index == 4 || index == 7) {
        throw new DataException(imageName(index) + ": broken");
      }
      byte[] pixels = new byte[4];
      java.util.Arrays.fill(pixels, (byte) index);
      return new DecodedImage(2, 2, 1, pixels);
    }

    @Override
    public String imageName(int index) {
      return "image " + index;
    }
  }

  /** Sees the pixel and answers class i mod 2, with the true class second. */
  private record Parity(int classes) implements Classifier {
    @Override
    public void logits(float[] images, int n, float[] logits) {
      for (int i = 0; i < n; i++) {
        int pixel = Math.round(images[4 * i] * 255);
        for (int c = 0; c < classes; c++) {
          logits[i * classes + c] = c == pixel % 2 ? 2 : c == pixel % 3 ? 1 : 0;
        }
      }
    }
  }

  private static final Preprocessing PLAIN =
      new Preprocessing(Preprocessing.Resize.NONE, 0, 2, 0, 1, List.of(0.0), List.of(1.0));

  @Test
  void countsSkipsAndLimits() {
    List<Integer> progress = new ArrayList<>();
    Evaluation all =
        Evaluator.run(new Parity(3), new Ten(), PLAIN, new Evaluator.Options(4, 0), progress::add);
    assertEquals(8, all.images());
    assertEquals(3, all.top1()); // 0, 1, 6: i mod 2 = i mod 3
    assertEquals(8, all.top5());
    assertEquals(2, all.skipped().size());
    assertEquals(10, progress.getLast());
    Evaluation two =
        Evaluator.run(new Parity(3), new Ten(), PLAIN, new Evaluator.Options(4, 2), i -> {});
    assertEquals(2, two.images());
    assertEquals(2, two.top1());
  }

  @Test
  void labelsBeyondTheClassifierAreRefused() {
    DataException e =
        assertThrows(
            DataException.class,
            () ->
                Evaluator.run(
                    new Parity(2), new Ten(), PLAIN, new Evaluator.Options(4, 0), i -> {}));
    assertTrue(e.getMessage().contains("image 2"), e.getMessage());
  }

  /** The .th checkpoint and the safetensors file give PyTorch's 932 of 1,017. */
  @ParameterizedTest
  @ValueSource(strings = {"resnet20-12fca82f.th", "resnet20_cifar10_akamaster.safetensors"})
  void resnet20OnCifar10(String file) {
    Pretrained pretrained =
        Pretrained.load(WeightFiles.open(Golden.shared("weights/" + file)), "resnet20_cifar10");
    ImageDataset data = Datasets.open(Golden.shared("data/cifar10/test_1017.bin"));
    try (Backend backend = Devices.open(Device.CPU, 0);
        Parameters parameters =
            new Parameters(backend, pretrained.network(), pretrained.weights(), false)) {
      Evaluation got =
          Evaluator.run(
              Classifier.of(parameters, Hooks.NONE),
              data,
              pretrained.preprocessing(),
              new Evaluator.Options(128, 0),
              i -> {});
      assertEquals(1017, got.images());
      assertEquals(932, got.top1());
    }
  }

  /** The first 1,000 test images; other vector widths may turn a close decision or two. */
  @Test
  void theShippedNetworkOnFashionMnist() {
    Pretrained pretrained = Pretrained.load(Path.of("pretrained/resnet20_fashion.safetensors"));
    assertEquals("resnet20_fashion", pretrained.network().name());
    ImageDataset data = Datasets.open(Path.of("data/fashion-mnist"));
    assertEquals(10000, data.size());
    try (Backend backend = Devices.open(Device.CPU, 0);
        Parameters parameters =
            new Parameters(backend, pretrained.network(), pretrained.weights(), false)) {
      Evaluation got =
          Evaluator.run(
              Classifier.of(parameters, Hooks.NONE),
              data,
              pretrained.preprocessing(),
              new Evaluator.Options(125, 1000),
              i -> {});
      assertEquals(SHIPPED_OF_1000, got.top1(), 2);
    }
  }
}
