package org.intraq.cuda.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.kernel.lowbit.LowBitCuda.Added;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.Activations;
import org.intraq.tensor.kernel.lowbit.BitPacking;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.lowbit.Destination;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;
import org.intraq.tensor.kernel.lowbit.LowBitConvolutionReference;
import org.intraq.tensor.kernel.lowbit.OutputStage;
import org.intraq.tensor.kernel.lowbit.PackedWeights;
import org.intraq.tensor.kernel.lowbit.Residual;

/** Random operands of one convolution, run by the reference and on a device. */
final class LowBitCudaCase {
  private static final LowBitConvolution REFERENCE = new LowBitConvolutionReference();

  private final Conv2dShape shape;
  private final CodeBits bits;
  private final byte[] x;
  private final byte[] w;
  private final int zero;
  private final int zeros;

  LowBitCudaCase(Conv2dShape shape, CodeBits bits, long seed) {
    this(shape, bits, seed, 10);
  }

  /** {@code zeros}: the largest zero point of a weight, either way. */
  LowBitCudaCase(Conv2dShape shape, CodeBits bits, long seed, int zeros) {
    this.shape = shape;
    this.bits = bits;
    this.zeros = zeros;
    Random random = new Random(seed);
    x = new byte[shape.inputSize()];
    w = new byte[shape.weightSize()];
    for (int i = 0; i < x.length; i++) {
      x[i] = (byte) random.nextInt(bits.maxActivation() + 1);
    }
    for (int i = 0; i < w.length; i++) {
      // The extremes are as frequent as all the rest.
      w[i] =
          (byte)
              switch (random.nextInt(4)) {
                case 0 -> bits.minWeight();
                case 1 -> bits.maxWeight();
                default -> bits.minWeight() + random.nextInt(1 << bits.weight());
              };
    }
    zero = random.nextInt(bits.maxActivation() + 1);
  }

  /** Sums, and stored results of a random stage; {@code skew} moves the activations' address. */
  void check(CudaBackend backend, boolean packed, int skew, long seed) {
    check(backend, new LowBitCuda(backend.gpu()), packed, skew, seed);
  }

  /** The same by the kernels given. */
  void check(CudaBackend backend, LowBitCuda kernel, boolean packed, int skew, long seed) {
    Random random = new Random(seed);
    int[] weightZero = new int[shape.oc()];
    float[] multiplier = new float[shape.oc()];
    float[] offset = new float[shape.oc()];
    double typical = bits.maxProduct() * Math.sqrt(shape.weightSize() / (double) shape.oc());
    for (int o = 0; o < shape.oc(); o++) {
      weightZero[o] = random.nextInt(2 * zeros + 1) - zeros;
      multiplier[o] = (float) (random.nextGaussian() * 8 / typical);
      offset[o] = (float) random.nextGaussian();
    }
    float cap = new float[] {Float.NaN, Float.POSITIVE_INFINITY, 6}[(int) (seed % 3)];
    CodeQuantizer quantizer =
        seed % 2 == 0 ? CodeQuantizer.ofRange(-0.5f, 3, 2 + random.nextInt(7)) : null;
    LowBitStage stage = new LowBitStage(zero, weightZero, multiplier, offset, cap, quantizer);
    Gpu gpu = backend.gpu();
    byte[] data = x;
    if (packed) {
      data = new byte[(int) BitPacking.packedBytes(x.length, bits.activation())];
      BitPacking.pack(x, 0, x.length, bits.activation(), data, 0);
    }
    try (LowBitLayer layer = new LowBitLayer(gpu, shape, bits, w, stage)) {
      long buffer = upload(gpu, data, skew);
      LowBitCuda.Activations activations = new LowBitCuda.Activations(buffer + skew, packed);
      String what = bits + " " + shape + " packed " + packed;
      checkSums(gpu, kernel, layer, activations, what);
      checkRun(gpu, kernel, layer, activations, random, what);
      gpu.pool().release(buffer);
    }
  }

  private static long upload(Gpu gpu, byte[] data, int skew) {
    long buffer = gpu.pool().allocate(data.length + skew + 1);
    gpu.staging().upload(MemorySegment.ofArray(data), buffer + skew);
    return buffer;
  }

  private void checkSums(
      Gpu gpu, LowBitCuda kernel, LowBitLayer layer, LowBitCuda.Activations a, String what) {
    int pixels = shape.n() * shape.outH() * shape.outW();
    int[] acc = new int[pixels * shape.oc()];
    int[] sums = new int[pixels * shape.groups()];
    PackedWeights weights = REFERENCE.pack(shape, bits, w, 0);
    REFERENCE.accumulate(shape, activations(), weights, acc, 0, sums, 0);
    int[] accFound = new int[acc.length];
    int[] sumsFound = new int[sums.length];
    long accAt = gpu.pool().allocate(4L * acc.length);
    long sumsAt = gpu.pool().allocate(4L * sums.length);
    kernel.accumulate(layer, shape, a, accAt, sumsAt);
    gpu.staging().download(accAt, MemorySegment.ofArray(accFound));
    gpu.staging().download(sumsAt, MemorySegment.ofArray(sumsFound));
    assertArrayEquals(acc, accFound, what + ", sums");
    assertArrayEquals(sums, sumsFound, what + ", windows");
    gpu.pool().release(accAt);
    gpu.pool().release(sumsAt);
  }

  private void checkRun(
      Gpu gpu,
      LowBitCuda kernel,
      LowBitLayer layer,
      LowBitCuda.Activations a,
      Random random,
      String what) {
    int size = shape.outputSize();
    float[] values = new float[size];
    byte[] codes = new byte[size];
    for (int i = 0; i < size; i++) {
      values[i] = i == size / 2 ? Float.NaN : i == size / 3 ? -0f : (float) random.nextGaussian();
      codes[i] = (byte) random.nextInt(256);
    }
    int kind = random.nextInt(3);
    boolean quantized = layer.stage().quantizer() != null;
    int[] expected = expected(layer.stage(), kind, values, codes);
    long valuesAt = gpu.pool().allocate(4L * size);
    long codesAt = gpu.pool().allocate(size);
    long y = gpu.pool().allocate(4L * size);
    gpu.staging().upload(MemorySegment.ofArray(values), valuesAt);
    gpu.staging().upload(MemorySegment.ofArray(codes), codesAt);
    Added added =
        kind == 0
            ? Added.none()
            : kind == 1 ? Added.floats(valuesAt) : Added.codes(codesAt, 37.5f, 11);
    kernel.run(layer, shape, a, added, y);
    byte[] foundCodes = new byte[quantized ? size : 0];
    float[] foundValues = new float[quantized ? 0 : size];
    gpu.staging().download(y, MemorySegment.ofArray(foundCodes));
    gpu.staging().download(y, MemorySegment.ofArray(foundValues));
    int[] found = quantized ? words(foundCodes) : words(foundValues);
    assertArrayEquals(expected, found, what + ", residual " + kind + " " + layer.stage());
    gpu.pool().release(valuesAt);
    gpu.pool().release(codesAt);
    gpu.pool().release(y);
  }

  private Activations activations() {
    return Activations.bytes(x, 0, bits.activation(), zero);
  }

  /** The reference's codes, or the bits of its floats; all NaN alike. */
  private int[] expected(LowBitStage stage, int kind, float[] values, byte[] codes) {
    PackedWeights weights = REFERENCE.pack(shape, bits, w, 0);
    OutputStage output =
        OutputStage.linear(weights, zero, stage.weightZero(), stage.multiplier(), stage.offset());
    if (stage.hasActivation()) {
      output = output.withActivation(stage.cap());
    }
    Residual residual =
        kind == 0
            ? Residual.none()
            : kind == 1 ? Residual.floats(values, 0) : Residual.codes(codes, 0, 37.5f, 11);
    int size = shape.outputSize();
    if (stage.quantizer() != null) {
      byte[] y = new byte[size];
      output = output.withQuantizer(stage.quantizer());
      REFERENCE.run(shape, activations(), weights, output, residual, Destination.codes(y, 0));
      return words(y);
    }
    float[] y = new float[size];
    REFERENCE.run(shape, activations(), weights, output, residual, Destination.floats(y, 0));
    return words(y);
  }

  private static int[] words(byte[] codes) {
    int[] words = new int[codes.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = codes[i];
    }
    return words;
  }

  private static int[] words(float[] values) {
    int[] words = new int[values.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = Float.floatToIntBits(values[i]);
    }
    return words;
  }
}
