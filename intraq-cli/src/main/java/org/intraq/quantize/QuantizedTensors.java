package org.intraq.quantize;

import static org.intraq.quantize.QuantizedFile.CODES;
import static org.intraq.quantize.QuantizedFile.MULTIPLIER;
import static org.intraq.quantize.QuantizedFile.OFFSET;
import static org.intraq.quantize.QuantizedFile.count;
import static org.intraq.quantize.QuantizedFile.weightBits;

import java.util.Map;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Weights;
import org.intraq.tensor.kernel.lowbit.BitPacking;

/** The tensors of a {@link QuantizedFile}, read and checked one by one. */
final class QuantizedTensors {
  private final TensorFile file;
  private final BitPlan plan;

  QuantizedTensors(TensorFile file, BitPlan plan) {
    this.file = file;
    this.plan = plan;
  }

  /**
   * Reads one tensor of the network, and its codes if it is quantized.
   *
   * @param shape as in the pre-trained file, [OC, IC/groups, KH, KW] for a convolution
   * @param all receives the codes by layer
   * @throws WeightFileException if it is missing, has another size, or holds what cannot be
   */
  void read(String name, int[] shape, Weights weights, Map<String, WeightCodes> all) {
    int bits = weightBits(plan, name);
    int count = count(shape);
    if (bits == 0) {
      weights.put(name, shape, floats(name, count));
      return;
    }
    byte[] packed = file.tensor(name + CODES).toBytes();
    if (packed.length != BitPacking.packedBytes(count, bits)) {
      throw new WeightFileException(
          file.name(),
          "%s%s: expected %d bytes for %d codes of %d bits, got %d"
              .formatted(
                  name, CODES, BitPacking.packedBytes(count, bits), count, bits, packed.length));
    }
    byte[] codes = new byte[count];
    BitPacking.unpackSigned(packed, 0, 0, count, bits, codes, 0);
    float[] multiplier = perChannel(name + MULTIPLIER, shape[0]);
    float[] offset = perChannel(name + OFFSET, shape[0]);
    for (float m : multiplier) {
      if (!(m > 0) || Float.isInfinite(m)) {
        throw new WeightFileException(
            file.name(), name + MULTIPLIER + ": expected numbers above 0, got " + m);
      }
    }
    Pretrained.requireComputable(file, name + OFFSET, false, offset);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int channel = i / (count / shape[0]);
      float z = offset[offset.length == 1 ? 0 : channel];
      values[i] = (codes[i] + z) / multiplier[multiplier.length == 1 ? 0 : channel];
    }
    weights.put(name, shape, values);
    int window = shape.length == 4 ? shape[2] * shape[3] : 1;
    String layer = name.substring(0, name.length() - ".weight".length());
    all.put(layer, WeightCodes.of(bits, codes, shape[0], window, multiplier, offset));
  }

  float[] floats(String name, int count) {
    float[] values = file.tensor(name).toFloats();
    if (values.length != count) {
      throw new WeightFileException(
          file.name(), name + ": expected " + count + " values, got " + values.length);
    }
    Pretrained.requireComputable(file, name, name.endsWith(".running_var"), values);
    return values;
  }

  private float[] perChannel(String name, int channels) {
    float[] values = file.tensor(name).toFloats();
    if (values.length != channels && values.length != 1) {
      throw new WeightFileException(
          file.name(), name + ": expected " + channels + " values or one, got " + values.length);
    }
    return values;
  }
}
