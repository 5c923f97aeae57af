package org.intraq.tensor.kernel.depthwise;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class PairSourcesTest {
  @Test
  void theGeneratedWalksAreInTheSource() throws IOException {
    assertEquals(
        PairSources.text(),
        Files.readString(PairSources.PATH),
        () -> PairSources.PATH + " differs: change PairSources and run it");
  }

  @Test
  void theGeneratedSumsAreInTheSource() throws IOException {
    assertEquals(
        SumsSources.text(),
        Files.readString(SumsSources.PATH),
        () -> SumsSources.PATH + " differs: change SumsSources and run it");
  }
}
