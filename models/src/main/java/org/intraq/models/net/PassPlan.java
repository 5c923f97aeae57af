package org.intraq.models.net;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What runs together in passes over a network. It depends on the network alone and is found once,
 * not for each pass.
 *
 * @param blocks by the names of their last nodes
 * @param chains of those blocks, by the names of their last nodes
 * @param inside names of the nodes that vanish into a block or chain
 * @param readers how many nodes read each node's output
 */
record PassPlan(
    Map<String, FusedBlock> blocks,
    Map<String, BlockChain> chains,
    Set<String> inside,
    Map<String, Integer> readers) {

  /**
   * The plan of a network.
   *
   * @param convolutions whether blocks begin with the convolution
   * @param chained whether blocks may run as chains
   */
  static PassPlan of(Network network, boolean convolutions, boolean chained) {
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : network.nodes()) {
      node.inputs().forEach(input -> readers.merge(input.name(), 1, Integer::sum));
    }
    Map<String, FusedBlock> blocks = FusedBlock.find(network, convolutions);
    Map<String, BlockChain> chains = chained ? BlockChain.find(blocks, readers) : Map.of();
    Set<String> inside = new HashSet<>();
    blocks.values().forEach(block -> block.addInner(inside));
    chains.values().forEach(chain -> chain.addInner(inside));
    return new PassPlan(blocks, chains, inside, readers);
  }
}
