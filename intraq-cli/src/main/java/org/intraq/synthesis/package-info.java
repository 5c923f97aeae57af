/**
 * Image synthesis: {@link org.intraq.synthesis.LocalObjectReinforcement}, {@link
 * org.intraq.synthesis.BatchNormStatisticsLoss}, {@link org.intraq.synthesis.SoftInceptionLoss},
 * {@link org.intraq.synthesis.MarginalDistanceConstraint} and {@link
 * org.intraq.synthesis.ClassCentres} are the components of the paper; {@link
 * org.intraq.synthesis.SynthesisObjective} joins them; {@link org.intraq.synthesis.BatchSynthesis}
 * optimises a batch.
 */
package org.intraq.synthesis;
