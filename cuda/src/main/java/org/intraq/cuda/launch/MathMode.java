package org.intraq.cuda.launch;

import java.util.Locale;
import org.intraq.cuda.driver.CudaException;
import org.intraq.tensor.backend.Devices;

/**
 * What matrix products and convolutions of f32 tensors calculate with. The system property {@link
 * Devices#GPU_MATH} (f32, tf32, bf16) chooses it for the backends opened from then on.
 */
public enum MathMode {
  /** Exact f32 multiply-adds on CUDA cores; the default. */
  F32,
  /** Operands rounded to TF32 (10 bits of fraction), sums in f32, on tensor cores. */
  TF32,
  /** Operands rounded to bfloat16 (7 bits of fraction), sums in f32, on tensor cores. */
  BF16;

  /** The system property. */
  public static final String PROPERTY = Devices.GPU_MATH;

  private static final int TENSOR_CORES = 80;

  /** What the property asks for on a device of this capability. */
  public static MathMode chosen(int capability) {
    String name = System.getProperty(PROPERTY, "f32");
    for (MathMode mode : values()) {
      if (mode.prefix().equals(name)) {
        if (mode != F32 && capability < TENSOR_CORES) {
          throw new CudaException(
              PROPERTY
                  + ": expected a device of sm_80 or newer for "
                  + name
                  + ", got sm_"
                  + capability
                  + "; use f32");
        }
        return mode;
      }
    }
    throw new IllegalArgumentException(PROPERTY + ": expected f32, tf32 or bf16, got " + name);
  }

  /** Its name as the property and the kernels spell it. */
  public String prefix() {
    return name().toLowerCase(Locale.ROOT);
  }
}
