package org.intraq.bench.harness;

/**
 * What one run costs at least.
 *
 * @param flops floating-point operations, a multiply-add counted as two
 * @param bytes read and written if every operand crosses the memory bus once
 * @param limit what the rate is held against
 */
public record Work(double flops, double bytes, Limit limit) {
  /** The resource that bounds a kernel. */
  public enum Limit {
    /** The rate of fused multiply-adds. */
    ARITHMETIC,
    /** The rate of copying memory. */
    MEMORY
  }

  /** Bound by arithmetic. */
  public static Work arithmetic(double flops) {
    return new Work(flops, 0, Limit.ARITHMETIC);
  }

  /** Bound by memory. */
  public static Work memory(double bytes) {
    return new Work(0, bytes, Limit.MEMORY);
  }

  /** GFLOP/s or GB/s at a time per run. */
  public double rate(double nanos) {
    return (limit == Limit.ARITHMETIC ? flops : bytes) / nanos;
  }

  /** The unit of {@link #rate}. */
  public String unit() {
    return limit == Limit.ARITHMETIC ? "GFLOP/s" : "GB/s";
  }
}
