package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.conv2d.InputRows;
import org.intraq.tensor.kernel.conv2d.OutputRows;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2dSimd;
import org.intraq.tensor.parallel.Workers;

/**
 * Depthwise convolution of codes by the multiply-adds of f32, for sums that do not fit into 16
 * bits: 7 and 8 bits on both sides, large windows, residuals.
 *
 * <pre>
 * r = sum over the window of (u - za) * (q - zq[o])     whole numbers, |r| &lt; 2^24: exact in f32
 *
 * codes of a strip's rows --&gt; [rows][W][C] floats --&gt; DepthwiseConv2dSimd --&gt; r --&gt; output stage
 * </pre>
 *
 * <p>A multiply-add of 8 lanes does the work of a multiplication and an addition in 16 lanes of 16
 * bits, and nothing has to be widened behind it. Rows become floats when a strip needs them, and
 * sums become codes as soon as their rows are complete (with a residual, when their strip is),
 * while they are in a cache; padding is the f32 kernel's, which leaves taps out.
 */
final class DepthwiseFloats {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int LANES = F.length();

  /** As many bytes as lanes; at 128 bits twice as many, of which half are used. */
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, F.vectorBitSize() / 4)));

  private static final boolean FULL_BYTES = BYTES.length() == LANES;

  /** All whole numbers up to it are floats. */
  private static final int EXACT = 1 << 24;

  /** Sums that are kept at a time, unless one image has more: 4 MB. */
  private static final int SUMS = 1 << 20;

  private static final int SLOT_WEIGHTS = 13;
  private static final int SLOT_SUMS = 14;
  private static final int SLOT_INPUT = 15;
  private static final int SLOT_WHOLE = 16;

  /** Results of four strips of the f32 kernel. */
  private static final int FEW_STRIPS = 1 << 17;

  /** Values that may become floats all at once: 1 MB. */
  private static final int WHOLE = 1 << 18;

  private final Conv2dShape shape;
  private final Activations x;
  private final DepthwiseWeights weights;
  private final OutputStageSimd.Stored sink;
  private final OutputStage stage;

  /** Whether all that happens to a sum can be done with its code. */
  private final boolean codes;

  DepthwiseFloats(
      Conv2dShape shape, Activations x, DepthwiseWeights weights, OutputStageSimd.Stored sink) {
    this.shape = shape;
    this.x = x;
    this.weights = weights;
    this.sink = sink;
    this.stage = sink.stage;
    this.codes =
        FULL_BYTES && stage.quantizer != null && stage.isFinite() && sink.residual.isNone();
  }

  /** Whether this kernel computes a case exactly. */
  static boolean suits(Activations x, DepthwiseWeights w, OutputStageSimd.Stored sink) {
    return w.largest(x.zero(), sink.stage.weightZero) <= EXACT;
  }

  void run(Workers workers) {
    if (shape.outputSize() == 0) {
      return;
    }
    float[] w = loadWeights();
    int image = shape.outH() * shape.outW() * shape.oc();
    int together = Math.clamp(SUMS / Math.max(1, image), 1, Math.max(1, shape.n()));
    float[] sums = Scratch.floats(SLOT_SUMS, together * image);
    DepthwiseConv2dSimd kernel = new DepthwiseConv2dSimd(workers);
    for (int n = 0; n < shape.n(); n += together) {
      Conv2dShape part = shape.withBatch(Math.min(together, shape.n() - n));
      kernel.forward(part, input(part, n, workers), w, 0, sums, 0, new Output(n, sums));
    }
  }

  /** Taps less their zero points, [KH * KW][C]. */
  private float[] loadWeights() {
    int channels = shape.ic();
    float[] w = Scratch.floats(SLOT_WEIGHTS, shape.weightSize());
    byte[] tap = Scratch.bytes(SLOT_WEIGHTS, channels);
    for (int t = 0; t < shape.kh() * shape.kw(); t++) {
      BitPacking.unpackSigned(
          weights.codes, 0, t * channels, channels, weights.bits().weight(), tap, 0);
      for (int c = 0; c < channels; c++) {
        w[t * channels + c] = tap[c] - stage.weightZero[c];
      }
    }
    return w;
  }

  /**
   * Where there are few strips, all rows become floats before anything else: of what lies in memory
   * the f32 kernel shares out channels, too (not of stride 2, which reads four values for one).
   */
  private InputRows input(Conv2dShape part, int first, Workers workers) {
    Input input = new Input(first);
    if (shape.strideH() > 1 || part.outputSize() > FEW_STRIPS || part.inputSize() > WHOLE) {
      return input;
    }
    int size = part.inputSize();
    float[] all = Scratch.floats(SLOT_WHOLE, size);
    workers.run(
        part.n() * part.h(),
        row -> input.widen(row / part.h(), row % part.h(), 1, all, row * input.row));
    return InputRows.of(all, 0);
  }

  /** Codes less their zero point, as floats, of the images from {@code first} on. */
  private final class Input implements InputRows {
    private final int row = shape.w() * shape.ic();
    private final int first;

    Input(int first) {
      this.first = first;
    }

    @Override
    public float[] load(int n, int from, int to) {
      float[] rows = Scratch.floats(SLOT_INPUT, (to - from) * row);
      widen(n, from, to - from, rows, 0);
      return rows;
    }

    private void widen(int n, int from, int count, float[] rows, int rowsAt) {
      int size = count * row;
      int at = ((first + n) * shape.h() + from) * row;
      if (x.packed()) {
        byte[] unpacked = Scratch.bytes(SLOT_INPUT, size);
        BitPacking.unpackUnsigned(x.data(), x.offset(), at, size, x.bits(), unpacked, 0);
        DepthwiseFloats.widen(unpacked, 0, size, x.zero(), rows, rowsAt);
      } else {
        DepthwiseFloats.widen(x.data(), x.offset() + at, size, x.zero(), rows, rowsAt);
      }
    }

    @Override
    public int origin(int n, int from) {
      return -(n * shape.h() + from) * row;
    }
  }

  private static void widen(byte[] codes, int at, int size, int zero, float[] rows, int to) {
    int i = 0;
    for (; i + BYTES.length() <= size; i += LANES) {
      ((FloatVector)
              ((IntVector)
                      ByteVector.fromArray(BYTES, codes, at + i)
                          .convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0))
                  .sub(zero)
                  .convert(VectorOperators.I2F, 0))
          .intoArray(rows, to + i);
    }
    for (; i < size; i++) {
      rows[to + i] = Byte.toUnsignedInt(codes[at + i]) - zero;
    }
  }

  /** The output stage behind the sums of the images from {@code first} on. */
  private final class Output implements OutputRows {
    private final int first;
    private final float[] sums;

    Output(int first, float[] sums) {
      this.first = first;
      this.sums = sums;
    }

    /** A residual may be overwritten by the result, so it must not be added twice. */
    @Override
    public boolean allChannels() {
      return !codes;
    }

    @Override
    public void done(int n, int row, int count, int channel, int channels) {
      int pixels = count * shape.outW();
      int at = (n * shape.outH() + row) * shape.outW() * shape.oc() + channel;
      int to = first * shape.outH() * shape.outW() * shape.oc() + at;
      if (codes && channels >= LANES) {
        for (int next = 0; next < channels; next += LANES) {
          int c = Math.min(next, channels - LANES);
          store(sums, at + c, pixels, channel + c, to + c);
        }
        return;
      }
      for (int i = 0; i < pixels; i += OutputStagePasses.PIXELS) {
        int some = Math.min(OutputStagePasses.PIXELS, pixels - i);
        int[] whole = Scratch.ints(SLOT_SUMS, some * channels + LANES);
        for (int k = 0; k < some; k++) {
          narrow(sums, at + (i + k) * shape.oc(), channels, whole, k * channels);
        }
        sink.take(
            OutputStageSimd.Rows.of(
                whole,
                0,
                channels,
                some,
                channels,
                null,
                0,
                0,
                true,
                channel,
                to + i * shape.oc(),
                shape.oc(),
                0,
                0));
      }
    }
  }

  /** Sums as integers. */
  private static void narrow(float[] sums, int at, int size, int[] whole, int to) {
    for (int c = 0; c < size; c++) {
      whole[to + c] = (int) sums[at + c];
    }
  }

  /** {@code OutputStageSimd.Stored.codes} of a vector of channels, whose sums are floats. */
  private void store(float[] sums, int at, int pixels, int channel, int result) {
    CodeQuantizer quantizer = stage.quantizer;
    int zeroth = OutputStageSimd.ROUND_BITS - (1 << (quantizer.bits() - 1));
    FloatVector m = FloatVector.broadcast(F, quantizer.m());
    FloatVector z = FloatVector.broadcast(F, quantizer.z());
    IntVector lowest = IntVector.broadcast(I, zeroth + stage.firstCode());
    IntVector highest = IntVector.broadcast(I, zeroth + stage.lastCode());
    FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, channel);
    FloatVector offset = FloatVector.fromArray(F, stage.offset, channel);
    byte[] y = sink.y.codes();
    int oc = shape.oc();
    int to = sink.y.offset() + result;
    for (int i = 0; i < pixels; i++, at += oc, to += oc) {
      IntVector code =
          FloatVector.fromArray(F, sums, at)
              .lanewise(FMA, multiplier, offset)
              .mul(m)
              .sub(z)
              .add(OutputStageSimd.ROUND)
              .reinterpretAsInts();
      ((ByteVector)
              code.max(lowest).min(highest).sub(zeroth).convertShape(VectorOperators.I2B, BYTES, 0))
          .intoArray(y, to);
    }
  }
}
