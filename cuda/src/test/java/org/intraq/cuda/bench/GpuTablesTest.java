package org.intraq.cuda.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.CudaTesting;
import org.junit.jupiter.api.Test;

/** That the measuring program runs to its end; its figures on the host mean nothing. */
class GpuTablesTest {
  @Test
  void everyTableHasItsRows() {
    try (CudaBackend backend = CudaTesting.host()) {
      String text = new GpuTables(backend, true).run(List.of());
      assertTrue(text.contains("| 20 | "), text);
      assertEquals(
          30, text.lines().filter(line -> line.matches(".* (f32|tf32|bf16) \\| \\d.*")).count());
      assertEquals(12, text.lines().filter(line -> line.contains("| U")).count());
      assertTrue(text.contains("| tiny_resnet | 2 | "), text);
      assertTrue(text.contains("100.0 %") && text.contains("| tiny_resnet, kernel"), text);
      assertFalse(text.contains("NaN"), text);
      assertEquals(0, backend.memory().liveBytes());
    }
  }
}
