package org.intraq.models.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.intraq.models.data.Augmentation;
import org.intraq.models.data.DataException;
import org.intraq.models.data.DecodedImage;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.data.SkippedFile;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.NetworkBuilder.Padding;
import org.intraq.models.zoo.CifarResNet;
import org.intraq.models.zoo.CifarResNet.Shortcut;
import org.intraq.models.zoo.Settings;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Devices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
  @TempDir Path folder;

  private static final Preprocessing PLAIN =
      new Preprocessing(Preprocessing.Resize.NONE, 0, 8, 0, 1, List.of(0.5), List.of(0.25));
  private static final Zoo.Entry SMALL =
      new Zoo.Entry(
          "resnet8",
          new CifarResNet(8, Shortcut.PROJECTION, new Settings(8, 1, 3, Padding.SYMMETRIC, 1e-5f)),
          PLAIN);

  /** 8x8 noise with a bright row, column or corner: three classes that are easy to tell apart. */
  private record Shapes(int size, long seed, int damaged) implements ImageDataset {
    Shapes(int size, long seed) {
      this(size, seed, 0);
    }

    @Override
    public String name() {
      return "shapes";
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
      if (index < damaged) {
        throw new DataException(imageName(index) + ": is damaged");
      }
      SplittableRandom random = new SplittableRandom(seed + 31L * index);
      byte[] pixels = new byte[64];
      int at = 2 + random.nextInt(4);
      for (int i = 0; i < 64; i++) {
        boolean bright =
            switch (index % 3) {
              case 0 -> i / 8 == at;
              case 1 -> i % 8 == at;
              default -> i / 8 < at && i % 8 < at;
            };
        pixels[i] = (byte) ((bright ? 180 : 40) + random.nextInt(60));
      }
      return new DecodedImage(8, 8, 1, pixels);
    }

    @Override
    public String imageName(int index) {
      return "shape " + index;
    }
  }

  private static TrainConfig config(int epochs, long seed) {
    return new TrainConfig(epochs, 16, 0.1, 0.5, 0.9, 1e-4, 0.05, 1, true, seed);
  }

  private List<EpochLog> train(String name, TrainConfig config, boolean resume, int stopAfter) {
    return train(name, config, resume, stopAfter, 2);
  }

  private List<EpochLog> train(
      String name, TrainConfig config, boolean resume, int stopAfter, int threads) {
    return train(name, config, resume, threads, new Killer(stopAfter, 0));
  }

  /** Ends a run after step {@code step} of an epoch, or after the epoch where that is 0. */
  private record Killer(int epoch, int step) implements Trainer.Listener {
    @Override
    public void step(int e, int s, int steps, double loss) {
      if (e == epoch && s == step) {
        throw new Killed();
      }
    }

    @Override
    public void epoch(EpochLog log) {
      if (log.epoch() == epoch && step == 0) {
        throw new Killed();
      }
    }
  }

  private List<EpochLog> train(
      String name, TrainConfig config, boolean resume, int threads, Trainer.Listener listener) {
    try (Backend backend = Devices.open(Device.CPU, threads)) {
      return new Trainer(
              backend,
              SMALL,
              config,
              new Trainer.Data(new Shapes(168, 1), new Shapes(60, 2), PLAIN, 2),
              new TrainFiles(folder.resolve(name)),
              Map.of("source", "test"),
              listener)
          .train(resume);
    }
  }

  private List<EpochLog> trainOnDamaged(int damaged, List<SkippedFile> told) {
    Trainer.Listener listener =
        new Trainer.Listener() {
          @Override
          public void skipped(List<SkippedFile> images) {
            told.addAll(images);
          }

          @Override
          public void step(int epoch, int step, int steps, double loss) {}

          @Override
          public void epoch(EpochLog log) {}
        };
    try (Backend backend = Devices.open(Device.CPU, 2)) {
      return new Trainer(
              backend,
              SMALL,
              config(2, 5),
              new Trainer.Data(new Shapes(64, 1, damaged), null, PLAIN, 1),
              new TrainFiles(folder.resolve("damaged" + damaged)),
              Map.of(),
              listener)
          .train(false);
    }
  }

  @Test
  void imagesThatCannotBeUsedAreToldOf() {
    List<SkippedFile> told = new ArrayList<>();
    List<EpochLog> log = trainOnDamaged(40, told);
    assertEquals(40, told.size(), "once, not in every epoch");
    double right = log.getLast().accuracy() * 24;
    assertEquals(Math.rint(right), right, 1e-9, "a share of the 24 images that were seen");
  }

  @Test
  void nothingToTrainOnIsNoSuccess() {
    DataException e =
        assertThrows(DataException.class, () -> trainOnDamaged(64, new ArrayList<>()));
    assertTrue(
        e.getMessage().startsWith("shapes: none of the images can be used; the first: shape "));
    assertFalse(Files.exists(folder.resolve("damaged64")), "random weights were saved");
  }

  /** Streams of neighbouring epochs were one, shifted by a draw. */
  @Test
  void epochsDrawAnew() {
    long[][] draws = new long[2][];
    for (int e = 0; e < 2; e++) {
      var random = Augmentation.perImage(Trainer.epochSeed(7, e + 1)).apply(3);
      draws[e] = random.longs(8).toArray();
    }
    for (long first : draws[0]) {
      assertFalse(Arrays.stream(draws[1]).anyMatch(second -> second == first));
    }
  }

  private String refusedTest(ImageDataset test) {
    try (Backend backend = Devices.open(Device.CPU, 1)) {
      return assertThrows(
              DataException.class,
              () ->
                  new Trainer(
                      backend,
                      SMALL,
                      config(1, 1),
                      new Trainer.Data(new Shapes(32, 1), test, PLAIN, 1),
                      new TrainFiles(folder.resolve("t")),
                      Map.of(),
                      new Killer(0, 0)))
          .getMessage();
    }
  }

  /** Hours of an epoch would be lost. */
  @Test
  void testImagesAreLookedAtBeforeAnEpoch() {
    assertTrue(refusedTest(new Shapes(30, 2, 30)).contains("is damaged"));
    assertTrue(refusedTest(new FourthClass(new Shapes(30, 2))).contains("has class 3"));
  }

  /** Labels that go one too far. */
  private record FourthClass(Shapes shapes) implements ImageDataset {
    @Override
    public String name() {
      return shapes.name();
    }

    @Override
    public int size() {
      return shapes.size();
    }

    @Override
    public int classCount() {
      return 4;
    }

    @Override
    public int label(int index) {
      return shapes.label(index) + 1;
    }

    @Override
    public DecodedImage load(int index) {
      return shapes.load(index);
    }

    @Override
    public String imageName(int index) {
      return shapes.imageName(index);
    }
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void learns() throws IOException {
    List<EpochLog> log = train("a.safetensors", config(6, 3), false, 0);
    assertEquals(6, log.size());
    assertTrue(log.getLast().testTop1() >= 54, log.toString());
    assertEquals(60, log.getLast().testImages());
    assertTrue(log.get(0).testTop1() == null && log.get(1).testTop1() != null);
    assertEquals(6, Files.readAllLines(folder.resolve("a.safetensors.log.jsonl")).size());
    assertFalse(Files.exists(folder.resolve("a.safetensors.state")));
    Pretrained saved = Pretrained.load(folder.resolve("a.safetensors"));
    assertEquals(SMALL.architecture(), saved.architecture());
    assertEquals(PLAIN, saved.preprocessing());
    assertEquals(log.getLast().testTop1() + "/60", saved.metadata().get("accuracy"));
  }

  @Test
  void sameSeedSameBitsForAnyThreadsAndAfterAKill() throws IOException {
    train("whole", config(3, 5), false, 0, 1);
    assertThrows(Killed.class, () -> train("cut", config(3, 5), false, 1));
    assertTrue(Files.exists(folder.resolve("cut.state")));
    assertThrows(Killed.class, () -> train("cut", config(3, 5), true, 2, 3));
    List<EpochLog> log = train("cut", config(3, 5), true, 0);
    assertEquals(3, log.size());
    float[] whole = all(Pretrained.load(folder.resolve("whole")));
    assertArrayEquals(whole, all(Pretrained.load(folder.resolve("cut"))));
    train("other", config(3, 6), false, 0);
    assertFalse(Arrays.equals(whole, all(Pretrained.load(folder.resolve("other")))));
  }

  /** What an epoch had done when it was cut off counts for nothing: it starts again. */
  @Test
  void aKillWithinAnEpochCostsNoBits() throws IOException {
    train("whole", config(3, 5), false, 0, 1);
    assertThrows(
        Killed.class, () -> train("cut", config(3, 5), false, 2, new Killer(2, 7)), "in epoch 2");
    byte[] state = Files.readAllBytes(folder.resolve("cut.state"));
    assertThrows(
        Killed.class, () -> train("cut", config(3, 5), true, 2, new Killer(2, 1)), "and again");
    assertArrayEquals(state, Files.readAllBytes(folder.resolve("cut.state")));
    assertThrows(Killed.class, () -> train("cut", config(3, 5), true, 2, new Killer(3, 9)));
    train("cut", config(3, 5), true, 0);
    assertArrayEquals(
        all(Pretrained.load(folder.resolve("whole"))), all(Pretrained.load(folder.resolve("cut"))));
  }

  /** Stopped after the state and before the weights, in the first, a later, and the last epoch. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aKillBetweenStateAndWeightsCanBeResumed(int epoch) throws IOException {
    train("whole", config(3, 5), false, 0, 1);
    Path weights = folder.resolve("cut");
    if (epoch > 1) {
      assertThrows(Killed.class, () -> train("cut", config(3, 5), false, epoch - 1));
      Files.delete(weights);
    }
    Path obstacle = Files.createDirectories(weights.resolve("obstacle"));
    assertThrows(
        WeightFileException.class,
        () -> train("cut", config(3, 5), epoch > 1, epoch),
        "no weights");
    Files.delete(obstacle);
    Files.delete(weights);
    assertTrue(Files.exists(folder.resolve("cut.state")), "a state without weights");
    List<EpochLog> log = train("cut", config(3, 5), true, 0);
    assertEquals(3, log.size());
    assertArrayEquals(all(Pretrained.load(folder.resolve("whole"))), all(Pretrained.load(weights)));
    assertFalse(Files.exists(folder.resolve("cut.state")));
  }

  private static float[] all(Pretrained p) {
    int size = 0;
    for (var e : p.weights().entries().values()) {
      size += e.values().length;
    }
    float[] values = new float[size];
    int at = 0;
    for (var e : p.weights().entries().values()) {
      System.arraycopy(e.values(), 0, values, at, e.values().length);
      at += e.values().length;
    }
    return values;
  }

  @Test
  void resumingAnotherRunIsRefused() {
    assertThrows(WeightFileException.class, () -> train("none", config(2, 1), true, 0), "no state");
    assertThrows(Killed.class, () -> train("run", config(2, 1), false, 1));
    WeightFileException e =
        assertThrows(WeightFileException.class, () -> train("run", config(2, 2), true, 0));
    assertTrue(e.getMessage().contains("another run"), e.getMessage());
  }

  @Test
  void divergenceAndMisfitsAreNamed() {
    TrainConfig wild = new TrainConfig(2, 16, 1e30, 0, 0.9, 0, 0, 0, false, 1);
    assertThrows(Trainer.DivergedException.class, () -> train("wild", wild, false, 0));
    TrainConfig large = new TrainConfig(2, 1000, 0.1, 0, 0.9, 0, 0, 0, false, 1);
    DataException e = assertThrows(DataException.class, () -> train("large", large, false, 0));
    assertTrue(e.getMessage().contains("168 images"), e.getMessage());
  }
}
