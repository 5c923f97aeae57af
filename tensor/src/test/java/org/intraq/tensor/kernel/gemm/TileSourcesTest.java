package org.intraq.tensor.kernel.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class TileSourcesTest {
  @Test
  void theGeneratedTilesAreInTheSources() throws IOException {
    for (TileSource source : TileSources.ALL) {
      assertEquals(
          TileSources.text(source),
          Files.readString(source.path()),
          () -> source.path() + " differs: change TileSources and run it");
    }
  }
}
