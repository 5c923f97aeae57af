package org.intraq.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;

final class PresetsTest {
  @Test
  void everyPresetReadsForEveryProfile() {
    for (String preset : Presets.NAMES) {
      for (Presets.Profile profile : Presets.Profile.values()) {
        assertEquals(preset, Presets.of(preset, profile).preset());
      }
    }
  }

  @Test
  void paperValuesAreThoseOfTheTable() {
    var cifar10 = Presets.of("paper", Presets.Profile.CIFAR10);
    assertEquals(0.05, cifar10.synthesis().marginal().lower());
    assertEquals(0.8, cifar10.synthesis().marginal().upper());
    assertEquals(0.95, cifar10.synthesis().inception().epsilon());
    assertEquals(20, cifar10.synthesis().batches());
    var cifar100 = Presets.of("paper", Presets.Profile.CIFAR100);
    assertEquals(0.02, cifar100.synthesis().marginal().lower());
    assertEquals(1.0, cifar100.synthesis().marginal().upper());
    assertEquals(0.6, cifar100.synthesis().inception().epsilon());
    var released = Presets.of("released", Presets.Profile.IMAGENET);
    assertEquals(2.0, released.synthesis().marginal().upper());
    assertEquals(1e-6, released.fineTuning().rate());
    assertEquals(16, released.fineTuning().batch());
  }

  @Test
  void patienceScalesWithTheIterations() {
    var schedule = Presets.of("default", Presets.Profile.CIFAR10).synthesis().schedule();
    assertEquals(50, schedule.patienceAt(1000));
    assertEquals(10, schedule.patienceAt(200));
    assertEquals(
        50, Presets.of("paper", Presets.Profile.CIFAR10).synthesis().schedule().patienceAt(200));
  }

  @Test
  void unknownAndImpossibleSettingsAreNamed() {
    var tree = Presets.tree("default", Presets.Profile.CIFAR10);
    var unknown = ConfigFactory.parseString("synthesis.imagse = 3").withFallback(tree);
    var e = assertThrows(ConfigException.class, () -> Presets.read(unknown));
    assertTrue(e.getMessage().contains("synthesis.imagse"), e.getMessage());
    var bad = ConfigFactory.parseString("synthesis.images = 2.5").withFallback(tree);
    e = assertThrows(ConfigException.class, () -> Presets.read(bad));
    assertTrue(e.getMessage().contains("synthesis.images"), e.getMessage());
    for (String cut :
        new String[] {"fine-tuning.milestones = [2, 3.9]", "seed = 2.9", "seed = 1e30"}) {
      var part = ConfigFactory.parseString(cut).withFallback(tree);
      e = assertThrows(ConfigException.class, () -> Presets.read(part));
      assertTrue(e.getMessage().contains(cut.split(" ")[0]), e.getMessage());
      assertTrue(e.getMessage().contains("whole number"), e.getMessage());
    }
    var kind = ConfigFactory.parseString("synthesis.reinforcement.coin = maybe").withFallback(tree);
    e = assertThrows(ConfigException.class, () -> Presets.read(kind));
    assertTrue(e.getMessage().contains("batch, image"), e.getMessage());
    assertThrows(ConfigException.class, () -> Presets.tree("fast", Presets.Profile.CIFAR10));
  }

  @Test
  void whatARunOfAnOlderVersionLacksIsOff() {
    var today = Presets.tree("default", Presets.Profile.IMAGENET);
    double hints = Presets.read(today).fineTuning().hints();
    assertTrue(hints > 0, "off by itself: the test tests nothing");
    assertEquals(hints, Presets.read(Presets.ofRun(today)).fineTuning().hints());
    var older = today.withoutPath("fine-tuning.hints");
    assertEquals(0, Presets.read(Presets.ofRun(older)).fineTuning().hints());
  }

  @Test
  void renderedTreeKeepsSources() {
    String text = Presets.render(Presets.tree("released", Presets.Profile.CIFAR10));
    assertTrue(text.contains("[paper]"), text);
    assertEquals(
        Presets.of("released", Presets.Profile.CIFAR10),
        Presets.read(ConfigFactory.parseString(text)));
  }
}
