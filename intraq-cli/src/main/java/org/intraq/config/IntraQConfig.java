package org.intraq.config;

import java.util.Arrays;

/**
 * Everything a run is made of.
 *
 * @param preset the preset the values started from
 * @param seed the seed of every random draw
 * @param bits widths in the form {@code w4a4}
 * @param synthesis how images are made
 * @param quantizer what is quantized, and how
 * @param calibration where activation ranges come from
 * @param fineTuning how the quantized network is trained
 */
public record IntraQConfig(
    String preset,
    long seed,
    String bits,
    SynthesisConfig synthesis,
    QuantizerConfig quantizer,
    CalibrationConfig calibration,
    FineTuningConfig fineTuning) {
  /** Whether {@code key} names a group of settings, such as {@code fine-tuning}. */
  public static boolean isSection(String key) {
    return Arrays.stream(IntraQConfig.class.getRecordComponents())
        .anyMatch(c -> c.getType().isRecord() && RecordReader.key(c.getName()).equals(key));
  }
}
