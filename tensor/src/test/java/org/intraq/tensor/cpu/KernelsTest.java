package org.intraq.tensor.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Test;

/** A backend is of one tier: plain loops throughout, or the Vector API wherever there is one. */
class KernelsTest {
  private static final Workers WORKERS = new Workers(1);

  /** The class that each factory method chooses, by the method's name. */
  private static Map<String, String> chosen() {
    List<Method> factories =
        Arrays.stream(Kernels.class.getDeclaredMethods())
            .filter(m -> Arrays.equals(m.getParameterTypes(), new Class<?>[] {Workers.class}))
            .toList();
    assertTrue(factories.size() >= 20, "factory methods " + factories);
    Map<String, String> classes = new TreeMap<>();
    for (Method factory : factories) {
      try {
        classes.put(factory.getName(), factory.invoke(null, WORKERS).getClass().getSimpleName());
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(factory.getName(), e);
      }
    }
    return classes;
  }

  @Test
  void aReferenceBackendIsOfPlainLoopsThroughout() {
    Kernels.withReference(KernelsTest::chosen)
        .forEach((kernel, c) -> assertTrue(c.endsWith("Reference"), kernel + " is a " + c));
  }

  @Test
  void theDefaultHasOneKernelWithoutVectors() {
    Map<String, String> classes = chosen();
    assertEquals("SimilarityReference", classes.remove("similarity"));
    classes.forEach((kernel, c) -> assertFalse(c.endsWith("Reference"), kernel + " is a " + c));
  }

  @Test
  void backendsSayWhichTierTheyAre() {
    try (CpuBackend loops = CpuBackend.reference(1);
        CpuBackend vectors = new CpuBackend(1)) {
      assertTrue(loops.describe().endsWith("reference kernels"), loops.describe());
      assertTrue(vectors.describe().endsWith("simd kernels"), vectors.describe());
    }
  }
}
