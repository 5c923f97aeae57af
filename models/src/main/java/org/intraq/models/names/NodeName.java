package org.intraq.models.names;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node's name taken apart: {@code features.stage2.unit1.body.conv1.bn} is stage 2, unit 1, part
 * {@code body.conv1}, leaf {@code bn}.
 *
 * @param stage 1-based; 0 outside the stages
 * @param unit 1-based within its stage; 0 outside the stages
 * @param part the rest before the last dot: {@code body.conv1}, {@code init_block}; empty for
 *     {@code output}
 * @param leaf {@code conv}, {@code bn} or {@code output}
 */
record NodeName(int stage, int unit, String part, String leaf) {
  private static final Pattern UNIT =
      Pattern.compile("features\\.stage(\\d+)\\.unit(\\d+)\\.(.+)\\.([a-z]+)");
  private static final Pattern OTHER = Pattern.compile("features\\.(.+)\\.([a-z]+)");

  static NodeName of(String node) {
    Matcher unit = UNIT.matcher(node);
    if (unit.matches()) {
      return new NodeName(
          Integer.parseInt(unit.group(1)),
          Integer.parseInt(unit.group(2)),
          unit.group(3),
          unit.group(4));
    }
    Matcher other = OTHER.matcher(node);
    return other.matches()
        ? new NodeName(0, 0, other.group(1), other.group(2))
        : new NodeName(0, 0, "", node);
  }

  boolean isConv() {
    return leaf.equals("conv");
  }

  /** The classifier is the only node with tensors outside {@code features}. */
  boolean isClassifier() {
    return part.isEmpty();
  }

  /** The unit's 0-based position when the units of all stages are counted through. */
  int index(List<Integer> unitsPerStage) {
    int before = 0;
    for (int s = 0; s < stage - 1; s++) {
      before += unitsPerStage.get(s);
    }
    return before + unit - 1;
  }
}
