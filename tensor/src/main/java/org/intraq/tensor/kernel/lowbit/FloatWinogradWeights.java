package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.SUB;
import static org.intraq.tensor.kernel.lowbit.FloatWinogradInput.ACROSS;
import static org.intraq.tensor.kernel.lowbit.FloatWinogradInput.POINTS;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * The weights' transform of {@link FloatWinograd}, U = G g G^T, and what it says about the size of
 * the sums.
 *
 * <pre>
 *      3  0  0
 *     -1 -1 -1
 * G = -1  1 -1      the rows of F(4x4, 3x3)'s G times 12, 6, 6, 24, 24, 3: whole numbers
 *      1  2  4
 *      1 -2  4
 *      0  0  3
 * </pre>
 */
final class FloatWinogradWeights {
  private static final int[][] G = {
    {3, 0, 0}, {-1, -1, -1}, {-1, 1, -1}, {1, 2, 4}, {1, -2, 4}, {0, 0, 3}
  };

  /** |M| up to here has its value in the low bits of M + 1.5 * 2^23. */
  static final int NARROW = 1 << 22;

  /** |M| up to here is exact in f32. */
  static final int WIDE = 1 << 24;

  /** Largest |U| of weights up to 1, the sum of a row of G squared: 16 bits have to hold it. */
  private static final int LARGEST = 49;

  private static final int TAPS = 9;
  private static final int BLOCK = GemmBlockTile.BLOCK;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int SLOT_COLUMNS = 4;

  private FloatWinogradWeights() {}

  /**
   * The most channels, a multiple of 16, whose products may be added up; 0 if 16 are too many.
   *
   * <p>For every point, output channel and chunk of channels, what |V| can be at most times the sum
   * of |U| is at most {@code limit}; and 576 times the chunk's part of a result fits into 32 bits.
   *
   * @param zero zero points of the weights [OC]
   * @param limit {@link #NARROW} or {@link #WIDE}
   */
  static int channels(CodeBits bits, int ic, int oc, TiledWeights w, int[] zero, int limit) {
    int groups = ic / BLOCK;
    int most = groups;
    long[][] sums = new long[groups][POINTS + 1];
    int[] g = new int[TAPS];
    for (int o = 0; o < oc && most > 0; o++) {
      for (int c = 0; c < ic; c++) {
        long[] of = sums[c / BLOCK];
        if (c % BLOCK == 0) {
          Arrays.fill(of, 0);
        }
        for (int tap = 0; tap < TAPS; tap++) {
          g[tap] = ((ShortTile) w.tiles).code(w, (tap * ic + c) / 2, o, c % 2) - zero[o];
          of[POINTS] += Math.abs(g[tap]);
          if (Math.abs(g[tap]) > Short.MAX_VALUE / LARGEST) {
            return 0;
          }
        }
        addMagnitudes(g, of);
      }
      while (most > 0 && exceeds(sums, most, bits.maxActivation(), limit)) {
        most--;
      }
    }
    return most * BLOCK;
  }

  private static boolean exceeds(long[][] sums, int length, int code, int limit) {
    // 576 * code * sum <= 2^31 as the last condition, a thirty-seventh point.
    long result = (long) code * Math.ceilDiv(9L * limit, 1 << 25);
    for (int point = 0; point <= POINTS; point++) {
      long largest = point < POINTS ? FloatWinogradInput.largest(point, code) : result;
      // All runs, so that shorter chunks fit, too.
      for (int first = 0; first + length <= sums.length; first++) {
        long sum = 0;
        for (int i = first; i < first + length; i++) {
          sum += sums[i][point];
        }
        if (largest * sum > limit) {
          return true;
        }
      }
    }
    return false;
  }

  /** Adds |U| of a filter at each point. */
  private static void addMagnitudes(int[] g, long[] sums) {
    for (int i = 0; i < ACROSS; i++) {
      int[] of = G[i];
      int left = of[0] * g[0] + of[1] * g[3] + of[2] * g[6];
      int middle = of[0] * g[1] + of[1] * g[4] + of[2] * g[7];
      int right = of[0] * g[2] + of[1] * g[5] + of[2] * g[8];
      for (int j = 0; j < ACROSS; j++) {
        int u = G[j][0] * left + G[j][1] * middle + G[j][2] * right;
        sums[i * ACROSS + j] += Math.abs(u);
      }
    }
  }

  /**
   * U of {@code steps} steps of two channels: panels [point][panel][channel][column].
   *
   * @param g the nine taps' weights minus their zero points, {@code width} lanes a step, a pair of
   *     channels in the halves of 32 bits
   * @param tap where in g each begins
   * @param panelStep floats from one panel of u to the next
   * @param pointStep floats from one point of u to the next
   */
  static void transform(
      short[] g,
      int[] tap,
      int steps,
      int width,
      float[] u,
      int uAt,
      int panelStep,
      int pointStep) {
    int size = steps * width;
    short[] t = Scratch.shorts(SLOT_COLUMNS, 3 * ACROSS * size);
    for (int column = 0; column < 3; column++) {
      columns(g, tap[column], tap[3 + column], tap[6 + column], size, t, column * ACROSS * size);
    }
    for (int row = 0; row < ACROSS; row++) {
      for (int lane = 0; lane < width; lane += LANES) {
        int column = lane / 2;
        int to = uAt + row * ACROSS * pointStep;
        to += column / GemmTile.COLUMNS * panelStep + column % GemmTile.COLUMNS;
        rows(t, row * size + lane, ACROSS * size, steps, width, u, to, pointStep);
      }
    }
  }

  /** G g: three taps above one another to six. */
  private static void columns(short[] g, int g0, int g1, int g2, int size, short[] t, int to) {
    for (int i = 0; i < size; i += LANES) {
      ShortVector x0 = ShortVector.fromArray(S, g, g0 + i);
      ShortVector x1 = ShortVector.fromArray(S, g, g1 + i);
      ShortVector x2 = ShortVector.fromArray(S, g, g2 + i);
      ShortVector outer = x0.lanewise(ADD, x2);
      x0.lanewise(LSHL, 1).lanewise(ADD, x0).intoArray(t, to + i);
      x2.lanewise(LSHL, 1).lanewise(ADD, x2).intoArray(t, to + 5 * size + i);
      ShortVector minus = x1.lanewise(SUB, outer);
      minus.intoArray(t, to + 2 * size + i);
      ShortVector twice = x1.lanewise(LSHL, 1);
      minus.lanewise(SUB, twice).intoArray(t, to + size + i);
      outer = x2.lanewise(LSHL, 2).lanewise(ADD, x0);
      outer.lanewise(ADD, twice).intoArray(t, to + 3 * size + i);
      outer.lanewise(SUB, twice).intoArray(t, to + 4 * size + i);
    }
  }

  /** (G g) G^T for a row, a vector of columns of a panel, as floats. */
  private static void rows(
      short[] t, int from, int tapStep, int steps, int width, float[] u, int uAt, int pointStep) {
    int at = from;
    int to = uAt;
    for (int step = 0; step < steps; step++) {
      ShortVector x0 = ShortVector.fromArray(S, t, at);
      ShortVector x1 = ShortVector.fromArray(S, t, at + tapStep);
      ShortVector x2 = ShortVector.fromArray(S, t, at + 2 * tapStep);
      ShortVector outer = x0.lanewise(ADD, x2);
      ShortVector twice = x1.lanewise(LSHL, 1);
      ShortVector minus = x1.lanewise(SUB, outer);
      ShortVector plus = minus.lanewise(SUB, twice);
      outer = x2.lanewise(LSHL, 2).lanewise(ADD, x0);
      int odd = to + GemmTile.COLUMNS;
      IntVector pair = x0.lanewise(LSHL, 1).lanewise(ADD, x0).reinterpretAsInts();
      ((FloatVector) pair.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, to);
      ((FloatVector) pair.lanewise(ASHR, 16).convertShape(I2F, F, 0)).intoArray(u, odd);
      pair = plus.reinterpretAsInts();
      ((FloatVector) pair.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, to + pointStep);
      ((FloatVector) pair.lanewise(ASHR, 16).convertShape(I2F, F, 0)).intoArray(u, odd + pointStep);
      pair = minus.reinterpretAsInts();
      ((FloatVector) pair.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, to + 2 * pointStep);
      ((FloatVector) pair.lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, odd + 2 * pointStep);
      pair = outer.lanewise(ADD, twice).reinterpretAsInts();
      ((FloatVector) pair.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, to + 3 * pointStep);
      ((FloatVector) pair.lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, odd + 3 * pointStep);
      pair = outer.lanewise(SUB, twice).reinterpretAsInts();
      ((FloatVector) pair.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, to + 4 * pointStep);
      ((FloatVector) pair.lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, odd + 4 * pointStep);
      pair = x2.lanewise(LSHL, 1).lanewise(ADD, x2).reinterpretAsInts();
      ((FloatVector) pair.lanewise(LSHL, 16).lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, to + 5 * pointStep);
      ((FloatVector) pair.lanewise(ASHR, 16).convertShape(I2F, F, 0))
          .intoArray(u, odd + 5 * pointStep);
      at += width;
      to += 2 * GemmTile.COLUMNS;
    }
  }
}
