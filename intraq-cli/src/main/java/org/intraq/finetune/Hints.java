package org.intraq.finetune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
    }
  }

  /** A pass of both networks over the same images: first the teacher's, then the student's. */
  Pass pass(Tape tape) {
    return new Pass(tape);
  }

  /** What one pass has seen. */
  final class Pass {
    private final Tape tape;
    private final Map<String, Tensor> wanted = new HashMap<>();
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
      Tensor target = wanted.remove(node.name());
      if (target != null) {
        errors.add(RelativeSquaredError.apply(tape, y, target));
      }
      return false;
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
