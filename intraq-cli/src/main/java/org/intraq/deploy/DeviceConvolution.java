package org.intraq.deploy;

import java.util.List;
import org.intraq.quantize.WeightCodes;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.LowBitOps;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.lowbit.LowBitConvolutionReference;
import org.intraq.tensor.kernel.lowbit.OutputStage;

/** What {@link IntegerConvolution} is on the CPU, for another device, which packs the weights. */
final class DeviceConvolution implements Step {
  private final String name;
  private final Conv2dShape shape;
  private final CodeBits bits;
  private final WeightCodes codes;
  private final Value input;
  private final Epilogue epilogue;

  /**
   * Keeps the weights.
   *
   * @throws IllegalArgumentException where the CPU would throw, so that all devices compute the
   *     same layers in integers
   */
  DeviceConvolution(
      String name, Conv2dShape shape, WeightCodes codes, Value input, Epilogue epilogue) {
    this.name = name;
    this.shape = shape;
    this.codes = codes;
    this.input = input;
    this.epilogue = epilogue;
    this.bits = new CodeBits(input.quantizer().bits(), codes.bits());
    var weights = new LowBitConvolutionReference().pack(shape, bits, codes.codes(), 0);
    int zero = input.quantizer().zero();
    OutputStage.linear(weights, zero, codes.zero(), epilogue.multiplier(), epilogue.offset());
  }

  @Override
  public List<Value> reads() {
    return epilogue.reads(input);
  }

  @Override
  public Value writes() {
    return epilogue.result();
  }

  @Override
  public Runnable bind(Machine machine, int n) {
    throw new IllegalStateException(name + ": the program was compiled for a device");
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    LowBitOps ops = machine.ops();
    LowBitOps.Layer layer =
        machine.layer(this, () -> ops.layer(shape, bits, codes.codes(), stage()));
    Conv2dShape s = shape.withBatch(n);
    Tensor x = machine.window(input, Shape.of(n, s.h(), s.w(), s.ic()));
    Shape out = Shape.of(n, s.outH(), s.outW(), s.oc());
    Tensor y = machine.window(epilogue.result(), out);
    Value residual = epilogue.residual();
    Tensor r = residual == null ? null : machine.window(residual, out);
    CodeQuantizer quantizer = residual == null ? null : residual.quantizer();
    return () -> ops.run(layer, s, x, r, quantizer, y);
  }

  private LowBitOps.Stage stage() {
    return new LowBitOps.Stage(
        input.quantizer().zero(),
        codes.zero(),
        epilogue.multiplier(),
        epilogue.offset(),
        epilogue.cap(),
        epilogue.result().quantizer());
  }

  @Override
  public PlanRow row() {
    long codeBytes = ((long) shape.weightSize() * bits.weight() + 7) / 8;
    return new PlanRow(
        name,
        "device" + epilogue.describe(),
        input.type() + " x s" + bits.weight() + " -> " + epilogue.result().type(),
        codeBytes + 16L * shape.oc(),
        shape.withBatch(1).multiplyAdds());
  }
}
