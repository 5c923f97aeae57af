package org.intraq.deploy;

import java.util.List;

/** One operation of a {@link Program}. */
interface Step {
  /** What it reads. */
  List<Value> reads();

  /** What it writes. */
  Value writes();

  /** Memory that only this step uses. */
  default List<Value> scratch() {
    return List.of();
  }

  /** The step for {@code n} images in the buffers of a machine, ready to run again and again. */
  Runnable bind(Machine machine, int n);

  /** The same on a device; what it submits can be recorded. */
  Runnable bind(DeviceMachine machine, int n);

  /** Its row in the table. */
  PlanRow row();
}
