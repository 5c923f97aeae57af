package org.intraq.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.bench.harness.Case;
import org.intraq.bench.kernel.batchnorm.BatchNormCases;
import org.intraq.bench.kernel.conv2d.Conv2dCases;
import org.intraq.bench.kernel.conv2d.FusedBlockCases;
import org.intraq.bench.kernel.depthwise.DepthwiseCases;
import org.intraq.bench.kernel.elementwise.ElementwiseCases;
import org.intraq.bench.kernel.gemm.GemmCases;
import org.intraq.bench.kernel.lowbit.LowBitCases;
import org.intraq.bench.kernel.optimizer.OptimizerCases;
import org.intraq.bench.kernel.pool.PoolCases;
import org.intraq.bench.kernel.quantize.QuantizeCases;
import org.intraq.bench.kernel.random.RandomCases;
import org.intraq.bench.kernel.reduce.ReductionCases;
import org.intraq.bench.kernel.resample.ResampleCases;
import org.intraq.bench.kernel.softmax.LossCases;
import org.intraq.bench.step.StepCases;

/** Every case there is, by {@link Case#id}. */
public final class Catalogue {
  private static final Map<String, Case> CASES = new LinkedHashMap<>();

  static {
    List<Case> all = new ArrayList<>();
    all.addAll(GemmCases.all());
    all.addAll(Conv2dCases.all());
    all.addAll(DepthwiseCases.all());
    all.addAll(FusedBlockCases.all());
    all.addAll(BatchNormCases.all());
    all.addAll(ElementwiseCases.all());
    all.addAll(PoolCases.all());
    all.addAll(LossCases.all());
    all.addAll(ResampleCases.all());
    all.addAll(OptimizerCases.all());
    all.addAll(QuantizeCases.all());
    all.addAll(ReductionCases.all());
    all.addAll(RandomCases.all());
    all.addAll(LowBitCases.all());
    all.addAll(StepCases.all());
    all.addAll(StepCases.integer());
    for (Case problem : all) {
      if (CASES.put(problem.id(), problem) != null) {
        throw new IllegalStateException("catalogue: two cases are called " + problem.id());
      }
    }
  }

  private Catalogue() {}

  /** All, group by group. */
  public static List<Case> all() {
    Map<String, List<Case>> groups = new LinkedHashMap<>();
    CASES.values().forEach(c -> groups.computeIfAbsent(c.group(), g -> new ArrayList<>()).add(c));
    return groups.values().stream().flatMap(List::stream).toList();
  }

  /**
   * The case of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Case get(String id) {
    Case found = CASES.get(id);
    if (found == null) {
      throw new IllegalArgumentException(
          "bench: no case '" + id + "'; 'intraq bench --list' names them all");
    }
    return found;
  }
}
