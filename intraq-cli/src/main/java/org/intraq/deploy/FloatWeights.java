package org.intraq.deploy;

import java.util.Arrays;
import org.intraq.quantize.WeightCodes;

/**
 * Weights of a layer that computes in f32: codes at their real width, made floats for each call, or
 * f32 where the layer is not quantized.
 *
 * <pre>
 * weights [K, OC]; a word of 32 bits holds the codes of 32 / k (rounded down) neighbouring rows of
 * one channel, the first in the lowest bits:
 *
 *   k = 4    | row 7 | row 6 | ... | row 0 |   word [group of rows][channel]
 * </pre>
 *
 * <p>So a row is unpacked by one shift left and one arithmetic shift right, lane by lane.
 */
final class FloatWeights {
  private static final int WORD = 32;

  private final float[] plain;
  private final int[] words;
  private final int bits;
  private final int size;

  /** Whole, not float: C2 does not vectorize a loop whose floats might overlap its result. */
  private final int[] zero;

  /** Weights that are not quantized. */
  FloatWeights(float[] plain) {
    this.plain = plain;
    this.words = null;
    this.bits = 0;
    this.size = plain.length;
    this.zero = null;
  }

  /** Whole numbers q - zero. */
  FloatWeights(WeightCodes codes) {
    this.plain = null;
    this.bits = codes.bits();
    this.size = codes.codes().length;
    int oc = codes.channels();
    int perWord = WORD / bits;
    int rows = size / oc;
    this.words = new int[(rows + perWord - 1) / perWord * oc];
    for (int i = 0; i < size; i++) {
      int row = i / oc;
      int code = codes.codes()[i] & ((1 << bits) - 1);
      words[row / perWord * oc + i % oc] |= code << (row % perWord * bits);
    }
    this.zero = codes.zero().clone();
  }

  /** Number of weights. */
  int size() {
    return size;
  }

  /** As {@code s4} or {@code f32}. */
  String type() {
    return bits == 0 ? "f32" : "s" + bits;
  }

  long sizeBytes() {
    return bits == 0 ? 4L * size : 4L * words.length + 4L * zero.length;
  }

  /** Writes the weights as floats, in the engine's order. */
  void unpack(float[] to) {
    if (plain != null) {
      System.arraycopy(plain, 0, to, 0, size);
      return;
    }
    int oc = zero.length;
    int perWord = WORD / bits;
    for (int row = 0; row < size / oc; row++) {
      int left = WORD - (row % perWord + 1) * bits;
      unpackRow(words, row / perWord * oc, left, WORD - bits, zero, oc, to, row * oc);
    }
  }

  private static void unpackRow(
      int[] words, int from, int left, int right, int[] zero, int oc, float[] to, int at) {
    for (int o = 0; o < oc; o++) {
      to[at + o] = (words[from + o] << left >> right) - zero[o];
    }
  }

  /**
   * y[o] = sum over k of x[k] * w[k, o], without unpacking to memory: for one row x a matrix
   * product would read and write the unpacked weights more often than it uses them.
   */
  void multiply(float[] x, int xAt, float[] y, int yAt) {
    int oc = zero.length;
    int perWord = WORD / bits;
    Arrays.fill(y, yAt, yAt + oc, 0);
    for (int row = 0; row < size / oc; row++) {
      int left = WORD - (row % perWord + 1) * bits;
      addRow(words, row / perWord * oc, left, WORD - bits, zero, oc, x[xAt + row], y, yAt);
    }
  }

  private static void addRow(
      int[] words, int from, int left, int right, int[] zero, int oc, float x, float[] y, int at) {
    for (int o = 0; o < oc; o++) {
      y[at + o] = Math.fma(x, (words[from + o] << left >> right) - zero[o], y[at + o]);
    }
  }

  /** Whether {@link #multiply} is to be had. */
  boolean isPacked() {
    return bits != 0;
  }
}
