package org.intraq.config;

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
    FineTuningConfig fineTuning) {}
