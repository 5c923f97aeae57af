package org.intraq.cuda.host;

/** Stands beside {@code Probe.cu}. */
final class Probe {
  private Probe() {}
}
