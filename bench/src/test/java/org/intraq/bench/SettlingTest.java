package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SettlingTest {
  @Test
  void theJvmTellsWhatItCompiles() {
    assertTrue(Compiler.queue().contains("C2 compile queue"), Compiler.queue());
  }

  @Test
  void onlyTheEnginesMethodsCount() {
    assertTrue(
        Compiler.concernsEngine(
            """
            Current compiles:
            C2 CompilerThread0  1815   4   org.intraq.tensor.kernel.gemm.GemmTile::tile12x2 (913 bytes)
            """));
    assertFalse(
        Compiler.concernsEngine(
            """
            Current compiles:
            C2 CompilerThread0  1815   4   java.lang.Class::isArray (13 bytes)

            C2 compile queue:
            Empty
            """));
  }

  @Test
  void vectorsThatAreObjectsAreSeenAndAStepsOwnObjectsAreNot() {
    // The low-bit convolution in C1's code, a synthesis step, a task's closure.
    assertTrue(Compiler.leavesVectors(16_000_000, 3.4e6));
    assertFalse(Compiler.leavesVectors(1_400_000, 200e6));
    assertFalse(Compiler.leavesVectors(1_000, 9e3));
    long before = Compiler.allocated();
    byte[] objects = new byte[1 << 20];
    assertTrue(Compiler.allocated() - before >= objects.length);
  }

  @Test
  void windowsThatBecomeFasterHaveNotSettled() {
    assertFalse(Measured.settled(List.of(10.0)), "one window is no evidence");
    assertFalse(Measured.settled(List.of(30.0, 20.0, 10.0)));
    assertFalse(Measured.settled(List.of(30.0, 30.0, 10.0, 10.0)));
    assertFalse(Measured.settled(List.of(10.0, 11.0, 12.0)));
  }

  @Test
  void windowsThatScatterHave() {
    assertTrue(Measured.settled(List.of(10.0, 13.0, 10.5)));
    assertTrue(Measured.settled(List.of(10.0, 14.0, 10.0, 10.4, 13.0, 10.2, 10.1)));
  }
}
