package org.intraq.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.intraq.bench.harness.Instance;

/** Instances that live through the alternating runs of a comparison within this JVM. */
final class Prepared {
  private static final Map<String, Instance> INSTANCES = new ConcurrentHashMap<>();

  private Prepared() {}

  static void put(String id, String impl, int threads, Instance instance) {
    INSTANCES.put(key(id, impl, threads), instance);
  }

  /** The instance, or null if nobody prepared one. */
  static Instance find(String id, String impl, int threads) {
    return INSTANCES.get(key(id, impl, threads));
  }

  static void close(String id, String impl, int threads) {
    Instance instance = INSTANCES.remove(key(id, impl, threads));
    if (instance != null) {
      instance.close();
    }
  }

  private static String key(String id, String impl, int threads) {
    return id + " " + impl + " " + threads;
  }
}
