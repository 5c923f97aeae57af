package org.intraq.tensor.kernel.lowbit;

import java.util.function.BiFunction;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link LowBitConvolution} on the Vector API: strips of pixels, packed once with their padding,
 * times blocks of columns, then the output stage while the sums are still in the cache.
 */
public final class LowBitConvolutionSimd implements LowBitConvolution {
  private static final int ACC = 1;

  private final Workers workers;
  private final BiFunction<Conv2dShape, CodeBits, TileKernel> fixed;

  /** A kernel that chooses a strategy by widths and shape, as {@link LowBitKernels} says. */
  public LowBitConvolutionSimd(Workers workers) {
    this(workers, (BiFunction<Conv2dShape, CodeBits, TileKernel>) null);
  }

  /** A kernel of one strategy, for tests and comparisons. */
  LowBitConvolutionSimd(Workers workers, TileKernel fixed) {
    this(workers, (shape, bits) -> fixed);
  }

  LowBitConvolutionSimd(Workers workers, BiFunction<Conv2dShape, CodeBits, TileKernel> fixed) {
    this.workers = workers;
    this.fixed = fixed;
  }

  @Override
  public PackedWeights pack(Conv2dShape shape, CodeBits bits, byte[] w, int wOffset) {
    LowBitConvolution.requireRoom("weights", wOffset, shape.weightSize(), w.length);
    if (fixed != null) {
      return new TiledWeights(shape, bits, w, wOffset, fixed.apply(shape, bits));
    }
    if (shape.isDepthwise()) {
      return new DepthwiseWeights(shape, bits, w, wOffset);
    }
    return new TiledWeights(shape, bits, w, wOffset, LowBitKernels.choose(shape, bits));
  }

  @Override
  public void accumulate(
      Conv2dShape shape,
      Activations x,
      PackedWeights w,
      int[] acc,
      int accOffset,
      int[] sums,
      int sumsOffset) {
    w.require(shape, x);
    int pixels = shape.n() * shape.outH() * shape.outW();
    LowBitConvolution.requireRoom("sums", accOffset, pixels * shape.oc(), acc.length);
    LowBitConvolution.requireRoom("window sums", sumsOffset, pixels * shape.groups(), sums.length);
    dispatch(shape, x, w, new OutputStageSimd.Sums(acc, accOffset, sums, sumsOffset));
  }

  @Override
  public void run(
      Conv2dShape shape,
      Activations x,
      PackedWeights w,
      OutputStage stage,
      Residual residual,
      Destination y) {
    w.require(shape, x);
    stage.require(shape.outputSize(), residual, y);
    dispatch(shape, x, w, new OutputStageSimd.Stored(stage, residual, y));
  }

  private void dispatch(Conv2dShape shape, Activations x, PackedWeights w, OutputStageSimd sink) {
    switch (w) {
      case TiledWeights tiled -> {
        StripPlan plan = StripPlan.of(shape, shape.groups() * tiled.blocks);
        OutputStage stage = sink instanceof OutputStageSimd.Stored stored ? stored.stage : null;
        boolean shifted = stage != null && tiled.tiles.canShift(tiled.bits(), stage.reach);
        TileKernel.Shift shift =
            shifted ? new TileKernel.Shift(tiled.zeros(stage), stage.reach) : null;
        TiledWeights.Winograd exact =
            shifted && !x.packed() ? tiled.floatWinograd(shape, stage) : null;
        if (exact != null) {
          new FloatWinograd(shape, x, tiled, shift.zero(), tiled.start(stage, 0), sink, exact)
              .run(workers);
          return;
        }
        int[] start = shifted ? tiled.start(stage) : tiled.start();
        int winograd = shifted && !x.packed() ? tiled.winogradSteps(shape, stage) : 0;
        if (winograd > 0) {
          new WinogradCodes(shape, x, tiled, shift, start, sink, winograd).run(workers);
          return;
        }
        workers.run(
            plan.tasks(), task -> strip(plan, plan.strip(task), x, tiled, shift, start, sink));
      }
      case DepthwiseWeights depthwise -> {
        if (sink instanceof OutputStageSimd.Stored stored
            && DepthwiseCodes.suits(x, depthwise, stored)) {
          new DepthwiseCodes(shape, x, depthwise, stored).run(workers);
        } else if (sink instanceof OutputStageSimd.Stored stored
            && DepthwiseFloats.suits(x, depthwise, stored)) {
          new DepthwiseFloats(shape, x, depthwise, stored).run(workers);
        } else {
          new DepthwiseSimd(shape, x, depthwise, sink).run(workers);
        }
      }
      default ->
          throw new IllegalArgumentException(
              "low-bit convolution: expected weights of its own packing, got " + w.strategy());
    }
  }

  /** One strip: for every group pack the pixels, multiply the blocks, hand on the sums. */
  private static void strip(
      StripPlan plan,
      StripPlan.Strip strip,
      Activations x,
      TiledWeights w,
      TileKernel.Shift shift,
      int[] start,
      OutputStageSimd sink) {
    Conv2dShape shape = plan.shape();
    TileKernel tiles = w.tiles;
    int columns = tiles.columns();
    StripInput input = new StripInput(shape, x, tiles, w.bits(), strip, shift == null);
    input.locate();
    int filled = (strip.pixels() + tiles.rows() - 1) / tiles.rows() * tiles.rows();
    for (int group = strip.b0() / w.blocks; group * w.blocks < strip.b1(); group++) {
      int first = Math.max(strip.b0(), group * w.blocks);
      int last = Math.min(strip.b1(), (group + 1) * w.blocks);
      input.load(group);
      int width = (last - first) * columns;
      int[] acc = Scratch.ints(ACC, filled * width);
      repeat(start, first * columns, width, filled, acc);
      for (int b = first; b < last; b++) {
        tiles.multiply(
            w,
            b,
            input.cells,
            input.base,
            input.windowSums,
            strip.pixels(),
            input.offsets,
            input.planeStride(),
            shift,
            acc,
            (b - first) * columns,
            width);
      }
      int o0 = (first - group * w.blocks) * columns;
      int o1 = Math.min(shape.ocPerGroup(), o0 + width);
      int[] windowSums = shift == null ? input.windowSums : null;
      store(shape, strip, group, o0, o1, acc, width, windowSums, sink);
    }
  }

  /** Writes {@code count} copies of a row; each copy doubles what is there. */
  private static void repeat(int[] row, int at, int width, int count, int[] to) {
    System.arraycopy(row, at, to, 0, width);
    for (int done = width; done < count * width; done *= 2) {
      System.arraycopy(to, 0, to, done, Math.min(done, count * width - done));
    }
  }

  /** Hands a strip to the output stage: as one row where it is as wide as the result. */
  private static void store(
      Conv2dShape shape,
      StripPlan.Strip strip,
      int group,
      int o0,
      int o1,
      int[] acc,
      int width,
      int[] windowSums,
      OutputStageSimd sink) {
    boolean whole = strip.q1() - strip.q0() == shape.outW();
    int across = whole ? strip.pixels() : strip.q1() - strip.q0();
    int channel = group * shape.ocPerGroup() + o0;
    int first = 0;
    for (int p = strip.p0(); first < strip.pixels(); p++, first += across) {
      int pixel = (strip.n() * shape.outH() + p) * shape.outW() + strip.q0();
      sink.take(
          OutputStageSimd.Rows.of(
              acc,
              first * width,
              width,
              across,
              o1 - o0,
              windowSums,
              first,
              1,
              false,
              channel,
              pixel * shape.oc() + channel,
              shape.oc(),
              pixel * shape.groups() + group,
              o0 == 0 ? shape.groups() : 0));
    }
  }
}
