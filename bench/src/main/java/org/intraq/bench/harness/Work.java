package org.intraq.bench.harness;

import java.util.List;

/**
 * What one run costs at least.
 *
 * @param flops floating-point operations, a multiply-add counted as two
 * @param bytes read and written if every operand crosses the memory bus once; 0 where arithmetic is
 *     the limit
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
  public static Work memory(double flops, double bytes) {
    return new Work(flops, bytes, Limit.MEMORY);
  }

  /** Bound by memory: every operand is read once, every result written once. */
  public static Work memory(double flops, List<Operand> operands, List<Operand> results) {
    double elements = 0;
    for (Operand o : operands) {
      elements += o.size();
    }
    for (Operand o : results) {
      elements += o.size();
    }
    return memory(flops, 4 * elements);
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
