package org.intraq.tensor.kernel.random;

import java.util.Objects;

/** The definition of {@link RandomFill}: block by block. */
public final class RandomFillReference implements RandomFill {
  @Override
  public void uniform(
      long key, long counter, float low, float high, int n, float[] y, int yOffset) {
    Objects.checkFromIndexSize(yOffset, n, y.length);
    int[] words = new int[Philox.BLOCK];
    float width = high - low;
    float largest = high > low ? Math.nextDown(high) : low;
    for (int i = 0; i < n; i++) {
      if (i % Philox.BLOCK == 0) {
        Philox.block(key, counter + i / Philox.BLOCK, 0, words, 0);
      }
      float u = Philox.unit(words[i % Philox.BLOCK]);
      y[yOffset + i] = Math.min(Math.fma(u, width, low), largest);
    }
  }

  @Override
  public void normal(
      long key, long counter, float mean, float deviation, int n, float[] y, int yOffset) {
    Objects.checkFromIndexSize(yOffset, n, y.length);
    int[] words = new int[Philox.BLOCK];
    for (int i = 0; i < n; i++) {
      int word = i % Philox.BLOCK;
      if (word == 0) {
        Philox.block(key, counter + i / Philox.BLOCK, 0, words, 0);
      }
      float z =
          word % 2 == 0
              ? BoxMuller.first(words[word], words[word + 1])
              : BoxMuller.second(words[word - 1], words[word]);
      y[yOffset + i] = Math.fma(z, deviation, mean);
    }
  }
}
