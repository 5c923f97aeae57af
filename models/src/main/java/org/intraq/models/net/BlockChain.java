package org.intraq.models.net;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Blocks that run as one operation where only their last output is wanted, as in inference: what
 * MobileNets are made of.
 *
 * <pre>
 * 1x1 block - depthwise block - 1x1 block [with a residual]
 * </pre>
 *
 * @param blocks three; nobody else reads what lies between
 */
record BlockChain(List<FusedBlock> blocks) {

  /** The block whose place in the order the chain takes. */
  FusedBlock last() {
    return blocks.getLast();
  }

  /** What the chain reads. */
  List<Node> inputs() {
    List<Node> inputs = new ArrayList<>();
    inputs.add(blocks.getFirst().conv().input());
    if (last().residual() != null) {
      inputs.add(last().residual());
    }
    return inputs;
  }

  /** Adds the names of the blocks that vanish into the chain. */
  void addInner(Set<String> names) {
    blocks.subList(0, blocks.size() - 1).forEach(block -> names.add(block.last().name()));
  }

  /**
   * The chains among the blocks of a network, by the names of their last nodes. A block is part of
   * one chain at most: that which ends first.
   *
   * @param blocks by the names of their last nodes, in the network's order
   * @param readers how many nodes read each node's output
   */
  static Map<String, BlockChain> find(
      Map<String, FusedBlock> blocks, Map<String, Integer> readers) {
    Map<String, BlockChain> chains = new LinkedHashMap<>();
    Set<String> taken = new HashSet<>();
    for (FusedBlock last : blocks.values()) {
      FusedBlock depthwise = before(last, blocks, readers);
      FusedBlock first = depthwise == null ? null : before(depthwise, blocks, readers);
      if (first != null
          && isPointwise(first)
          && depthwise.conv().geometry().isDepthwise()
          && isPointwise(last)
          && !taken.contains(first.last().name())) {
        chains.put(last.last().name(), new BlockChain(List.of(first, depthwise, last)));
        taken.add(last.last().name());
      }
    }
    return chains;
  }

  /** The block that {@code block}'s convolution alone reads; null if there is none. */
  private static FusedBlock before(
      FusedBlock block, Map<String, FusedBlock> blocks, Map<String, Integer> readers) {
    if (block.conv() == null) {
      return null;
    }
    String input = block.conv().input().name();
    FusedBlock before = blocks.get(input);
    return before != null
            && before.conv() != null
            && before.residual() == null
            && readers.get(input) == 1
        ? before
        : null;
  }

  private static boolean isPointwise(FusedBlock block) {
    return block.conv() != null && block.conv().geometry().isPointwise();
  }
}
