package org.intraq.deploy;

import java.util.List;
import org.intraq.quantize.WeightCodes;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.Activations;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.Destination;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;
import org.intraq.tensor.kernel.lowbit.OutputStage;
import org.intraq.tensor.kernel.lowbit.PackedWeights;
import org.intraq.tensor.kernel.lowbit.Residual;

/** A convolution or classifier of codes by codes, with everything up to the next codes. */
final class IntegerConvolution implements Step {
  private final String name;
  private final Conv2dShape shape;
  private final PackedWeights weights;
  private final OutputStage stage;
  private final Value input;
  private final Epilogue epilogue;

  /**
   * Packs the weights.
   *
   * @throws IllegalArgumentException if no integer kernel can compute this layer exactly
   */
  IntegerConvolution(
      LowBitConvolution kernel,
      String name,
      Conv2dShape shape,
      WeightCodes codes,
      Value input,
      Epilogue epilogue) {
    this.name = name;
    this.shape = shape;
    this.input = input;
    this.epilogue = epilogue.withoutNumbers();
    CodeBits bits = new CodeBits(input.quantizer().bits(), codes.bits());
    this.weights = kernel.pack(shape, bits, codes.codes(), 0);
    this.stage =
        epilogue.stage(
            OutputStage.linear(
                weights,
                input.quantizer().zero(),
                codes.zero(),
                epilogue.multiplier(),
                epilogue.offset()));
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
    LowBitConvolution kernel = machine.backend().lowBitConvolution();
    var quantizer = input.quantizer();
    Activations x =
        Activations.bytes(machine.codes(), machine.at(input), quantizer.bits(), quantizer.zero());
    Value result = epilogue.result();
    Destination y =
        result.isCodes()
            ? Destination.codes(machine.codes(), machine.at(result))
            : Destination.floats(machine.floats(), machine.at(result));
    Residual residual = residual(machine);
    Conv2dShape batched = shape.withBatch(n);
    return () -> kernel.run(batched, x, weights, stage, residual, y);
  }

  @Override
  public Runnable bind(DeviceMachine machine, int n) {
    throw new IllegalStateException(name + ": the program was compiled for the CPU");
  }

  private Residual residual(Machine machine) {
    Value r = epilogue.residual();
    if (r == null) {
      return Residual.none();
    }
    return r.isCodes()
        ? Residual.codes(machine.codes(), machine.at(r), r.quantizer().m(), r.quantizer().zero())
        : Residual.floats(machine.floats(), machine.at(r));
  }

  @Override
  public PlanRow row() {
    return new PlanRow(
        name,
        weights.strategy(shape, stage) + epilogue.describe(),
        input.type() + " x s" + weights.bits().weight() + " -> " + epilogue.result().type(),
        weights.sizeBytes() + weights.channelBytes() + stage.sizeBytes(),
        shape.withBatch(1).multiplyAdds());
  }
}
