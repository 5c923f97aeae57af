package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class BatchLoaderTest {
  private static final Preprocessing SMALL =
      new Preprocessing(
          Preprocessing.Resize.WHOLE, 0, 8, 0, 3, List.of(0.1, 0.2, 0.3), List.of(0.4, 0.5, 0.6));

  /** Image i is made of i; {@code load} may be replaced to fail. */
  private static ImageDataset dataset(int size, IntFunction<DecodedImage> load) {
    return new ImageDataset() {
      @Override
      public String name() {
        return "made up";
      }

      @Override
      public int size() {
        return size;
      }

      @Override
      public int classCount() {
        return 7;
      }

      @Override
      public int label(int index) {
        return index * 5 % 7;
      }

      @Override
      public DecodedImage load(int index) {
        return load.apply(index);
      }

      @Override
      public String imageName(int index) {
        return "image " + index;
      }
    };
  }

  private static DecodedImage image(int index) {
    return TestImages.hashed(9 + index % 3, 8, 1 + 2 * (index % 2), index);
  }

  private static BatchLoader.Options options(
      int batch, int threads, int depth, boolean drop, boolean skip) {
    return new BatchLoader.Options(batch, threads, depth, drop, skip);
  }

  private static List<float[]> collect(BatchLoader loader, List<Integer> indices) {
    List<float[]> all = new ArrayList<>();
    for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
      for (int i = 0; i < batch.count(); i++) {
        indices.add(batch.indices()[i]);
        assertEquals(batch.indices()[i] * 5 % 7, batch.labels()[i]);
        all.add(
            Arrays.copyOfRange(
                batch.pixels(), i * SMALL.outputLength(), (i + 1) * SMALL.outputLength()));
      }
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void sameBatchesInOrderForAnyNumberOfThreads(int threads) {
    ImageDataset data = dataset(50, BatchLoaderTest::image);
    int[] order = new int[70];
    for (int i = 0; i < order.length; i++) {
      order[i] = i * 31 % 50;
    }
    List<Integer> indices = new ArrayList<>();
    List<float[]> pixels;
    try (BatchLoader loader =
        new BatchLoader(
            data,
            SMALL,
            new Augmentation(1, true),
            Augmentation.perImage(9),
            order,
            options(8, threads, 4, false, false))) {
      assertEquals(9, loader.batchCount());
      pixels = collect(loader, indices);
      assertNull(loader.next());
    }
    assertEquals(Arrays.stream(order).boxed().toList(), indices);
    for (int i = 0; i < order.length; i++) {
      DecodedImage one =
          new Augmentation(1, true)
              .apply(SMALL.toPixels(image(order[i])), Augmentation.perImage(9).apply(order[i]));
      float[] expected = new float[SMALL.outputLength()];
      SMALL.apply(one, expected, 0);
      assertArrayEquals(expected, pixels.get(i));
    }
  }

  @Test
  void dropsTheRestWhenTraining() {
    ImageDataset data = dataset(10, BatchLoaderTest::image);
    int[] order = BatchLoader.inOrder(10);
    try (BatchLoader loader = new BatchLoader(data, SMALL, order, options(4, 2, 3, true, false))) {
      List<Integer> indices = new ArrayList<>();
      collect(loader, indices);
      assertEquals(8, indices.size());
    }
    try (BatchLoader none = new BatchLoader(data, SMALL, order, options(11, 2, 3, true, false))) {
      assertNull(none.next());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void skipsAndReportsUndecodableImagesInOrder(int threads) {
    ImageDataset data =
        dataset(
            12,
            i -> {
              if (i % 5 == 2 || (i >= 4 && i < 8)) {
                throw new DataException("image " + i + ": truncated JPEG");
              }
              return image(i);
            });
    try (BatchLoader loader =
        new BatchLoader(
            data, SMALL, BatchLoader.inOrder(12), options(4, threads, 2, false, true))) {
      List<Integer> indices = new ArrayList<>();
      collect(loader, indices);
      assertEquals(List.of(0, 1, 3, 8, 9, 10, 11), indices);
      assertEquals(
          List.of("image 2", "image 4", "image 5", "image 6", "image 7"),
          loader.skipped().stream().map(SkippedFile::name).toList());
      assertEquals("truncated JPEG", loader.skipped().get(0).reason());
    }
  }

  @Test
  void errorsArriveWithTheirBatch() {
    for (Throwable thrown :
        List.of(
            new DataException("image 6: damaged"),
            new IllegalStateException("bug"),
            new OutOfMemoryError("not really"))) {
      ImageDataset data =
          dataset(
              12,
              i -> {
                if (i == 6) {
                  if (thrown instanceof Error error) {
                    throw error;
                  }
                  throw (RuntimeException) thrown;
                }
                return image(i);
              });
      boolean skip = !(thrown instanceof DataException);
      try (BatchLoader loader =
          new BatchLoader(data, SMALL, BatchLoader.inOrder(12), options(4, 2, 3, false, skip))) {
        assertEquals(4, loader.next().count());
        assertSame(thrown, assertThrows(Throwable.class, loader::next));
        assertEquals(8, loader.next().indices()[0], "later batches are still there");
      }
    }
  }

  @Test
  void loadsNoFurtherAheadThanTheRing() throws Exception {
    AtomicInteger loads = new AtomicInteger();
    ImageDataset data =
        dataset(
            100,
            i -> {
              loads.incrementAndGet();
              return image(i);
            });
    try (BatchLoader loader =
        new BatchLoader(data, SMALL, BatchLoader.inOrder(100), options(5, 4, 3, false, false))) {
      Thread.sleep(200);
      assertEquals(15, loads.get());
      Batch first = loader.next();
      assertEquals(0, first.indices()[0]);
      Thread.sleep(100);
      assertEquals(15, loads.get(), "a taken batch keeps its buffer");
      loader.next();
      Thread.sleep(200);
      assertEquals(20, loads.get());
    }
    assertEquals(20, loads.get());
  }

  @Test
  void closingEarlyStopsTheThreads() {
    CountDownLatch started = new CountDownLatch(2);
    ImageDataset data =
        dataset(
            1_000_000,
            i -> {
              started.countDown();
              return image(i);
            });
    BatchLoader loader =
        new BatchLoader(
            data, SMALL, BatchLoader.inOrder(1_000_000), options(50_000, 2, 2, false, false));
    try {
      started.await();
    } catch (InterruptedException e) {
      fail(e);
    }
    long before = System.nanoTime();
    loader.close();
    assertTrue(System.nanoTime() - before < 2_000_000_000L, "close waits for one image only");
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(t -> t.getName().startsWith("batch-loader")));
    loader.close();
    assertThrows(IllegalStateException.class, loader::next);
  }

  @Test
  void memoryIsForTheImagesThatThereAre() {
    Preprocessing large =
        new Preprocessing(
            Preprocessing.Resize.NONE, 0, 224, 0, 3, List.of(0., 0., 0.), List.of(1., 1., 1.));
    ImageDataset none =
        (ImageDataset)
            Proxy.newProxyInstance(
                ImageDataset.class.getClassLoader(),
                new Class<?>[] {ImageDataset.class},
                (proxy, method, words) ->
                    switch (method.getName()) {
                      case "size" -> 100_000;
                      case "imageName", "name" -> "none";
                      default -> throw new DataException("none: is not there");
                    });
    BatchLoader.Options huge = BatchLoader.Options.forEvaluation(65_536);
    try (BatchLoader loader = new BatchLoader(none, large, BatchLoader.inOrder(10), huge)) {
      assertEquals(1, loader.batchCount());
    }
    DataException e =
        assertThrows(
            DataException.class,
            () -> new BatchLoader(none, large, BatchLoader.inOrder(70_000), huge).close());
    assertTrue(e.getMessage().contains("lower --batch to 14266"), e.getMessage());
  }

  @Test
  void wrongArgumentsAreRefused() {
    ImageDataset data = dataset(3, BatchLoaderTest::image);
    assertThrows(
        IllegalArgumentException.class,
        () -> new BatchLoader(data, SMALL, new int[] {3}, options(1, 1, 2, false, false)));
    assertThrows(IllegalArgumentException.class, () -> options(0, 1, 2, false, false));
    assertThrows(IllegalArgumentException.class, () -> options(1, 1, 1, false, false));
    assertThrows(
        NullPointerException.class,
        () ->
            new BatchLoader(
                data,
                SMALL,
                Augmentation.CIFAR,
                null,
                new int[] {0},
                options(1, 1, 2, false, false)));
  }
}
