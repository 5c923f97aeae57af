package org.intraq.finetune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.Add;
import org.intraq.autograd.ops.RelativeSquaredError;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Observer;
import org.intraq.tensor.Tensor;

/**
 * What the student learns on the way: every unit's output is to be the teacher's.
 *
 * <pre>{@code
 * L = w * sum over units of |student - teacher|^2 / |teacher|^2
 * }</pre>
 *
 * <p>The answer alone says little to the first of thirty layers whose roundings all lie between.
 * Source: Romero et al., FitNets: Hints for Thin Deep Nets, 2015 (one layer there; here all units,
 * together with the answer).
 */
final class Hints {
  private final float weight;
  private final Set<String> units = new HashSet<>();

  /**
   * Hints from all units of a network.
   *
   * @param weight w; 0 for none
   */
  Hints(Network network, double weight) {
    this.weight = (float) weight;
    if (weight != 0) {
      network.units().forEach(unit -> units.add(unit.name()));
      if (units.isEmpty()) {
        throw new IllegalArgumentException(
            "hints: expected units in " + network.name() + ", got none; set fine-tuning.hints = 0");
      }
    }
  }

  /** A pass of both networks over the same images: first the teacher's, then the student's. */
  Pass pass(Tape tape) {
    return new Pass(tape);
  }

  /** What one pass has seen. */
  final class Pass {
    private final Tape tape;
    private final Map<String, Tensor> wanted = new LinkedHashMap<>();
    private Map<String, Float> powers;
    private final List<Variable> errors = new ArrayList<>();

    private Pass(Tape tape) {
      this.tape = tape;
    }

    /** Keeps the units' outputs. */
    Observer teacher() {
      return units.isEmpty() ? Observer.NONE : this::keep;
    }

    private boolean keep(Node node, Variable y) {
      boolean unit = units.contains(node.name());
      if (unit) {
        wanted.put(node.name(), y.value());
      }
      return unit;
    }

    /** Compares them. */
    Observer student() {
      return units.isEmpty() ? Observer.NONE : this::compare;
    }

    private boolean compare(Node node, Variable y) {
      Tensor target = wanted.get(node.name());
      if (target != null) {
        powers = powers == null ? powers() : powers;
        errors.add(RelativeSquaredError.apply(tape, y, target, powers.get(node.name())));
      }
      return false;
    }

    /** The teacher's |y|^2 of each unit, fetched together: a device is waited for once. */
    private Map<String, Float> powers() {
      Tensor all = tape.empty(wanted.size());
      int i = 0;
      for (Tensor target : wanted.values()) {
        tape.backend().reduction().sumSquares(target, all.slice(i, ++i));
      }
      float[] values = tape.backend().memory().toArray(all);
      Map<String, Float> found = new HashMap<>();
      for (String unit : wanted.keySet()) {
        found.put(unit, values[found.size()]);
      }
      return found;
    }

    /** The loss with the hints. */
    Variable addTo(Variable loss) {
      Variable sum = loss;
      for (Variable error : errors) {
        sum = Add.apply(tape, sum, ScaleShift.apply(tape, weight, error, 0f));
      }
      return sum;
    }
  }
}
