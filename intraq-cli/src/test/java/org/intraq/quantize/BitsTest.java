package org.intraq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.typesafe.config.ConfigFactory;
import org.intraq.config.ConfigException;
import org.intraq.config.Presets;
import org.intraq.config.QuantizerConfig;
import org.intraq.golden.Golden;
import org.intraq.models.net.Network;
import org.intraq.models.zoo.Zoo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BitsTest {
  private static final Network NETWORK = Zoo.get("resnet20_cifar10").network();

  private static QuantizerConfig config(String settings) {
    return Presets.read(
            ConfigFactory.parseString(settings)
                .withFallback(Presets.tree("default", Presets.Profile.CIFAR10)))
        .quantizer();
  }

  @Test
  void readsAndWrites() {
    assertEquals(new Bits(4, 3), Bits.parse("W4A3"));
    assertEquals(new Bits(8, 0), Bits.parse(" w8 "));
    assertEquals(new Bits(0, 2), Bits.parse("a2"));
    assertEquals("w4a3", new Bits(4, 3).toString());
    assertEquals("fp32", Bits.FULL.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "w1a4", "w4a9", "4", "w0a4", "a4w4", "w4a4x", "w44a4"})
  void refusesOthers(String text) {
    assertThrows(ConfigException.class, () -> Bits.parse(text));
  }

  @Test
  void plansDifferByLayer() {
    BitPlan plan =
        BitPlan.of(
            NETWORK,
            new Bits(4, 4),
            config(
                "quantizer { first-last-bits = 8, layer-bits { \"features.stage1.unit1.body.conv2.conv\" = w2a6 } }"));
    assertEquals(8, plan.weights(Golden.node(NETWORK, "features.init_block.conv")));
    assertEquals(8, plan.weights(Golden.node(NETWORK, "output")));
    assertEquals(2, plan.weights(Golden.node(NETWORK, "features.stage1.unit1.body.conv2.conv")));
    assertEquals(4, plan.weights(Golden.node(NETWORK, "features.stage1.unit1.body.conv1.conv")));
    assertEquals(
        6, plan.activations(Golden.node(NETWORK, "features.stage1.unit1.body.conv1.activ")));
    assertEquals(4, plan.activations(Golden.node(NETWORK, "features.init_block.activ")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense = w4",
        "output = w8a8",
        "features.init_block.conv = a4",
        "features.init_block.activ = w4"
      })
  void plansForLayersThatAreNotThereAreRefused(String setting) {
    String[] part = setting.split(" = ");
    QuantizerConfig asked =
        config("quantizer.layer-bits { \"" + part[0] + "\" = " + part[1] + " }");
    assertThrows(ConfigException.class, () -> BitPlan.of(NETWORK, new Bits(4, 4), asked));
  }

  /** Window maxima of codes are codes. */
  @Test
  void theInputBehindAPoolIsTheActivationBeforeIt() {
    Network resnet18 = Zoo.get("resnet18").network();
    QuantizerConfig config =
        config("quantizer.layer-bits { \"features.stage1.unit1.body.conv1.conv\" = w8a8 }");
    BitPlan plan = BitPlan.of(resnet18, Bits.parse("w4a4"), config);
    assertEquals(8, plan.allActivations().get("features.init_block.conv.activ"));
  }
}
