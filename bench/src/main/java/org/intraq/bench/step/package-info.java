/** Whole steps: what one iteration of synthesis or fine-tuning and one batch of inference do. */
package org.intraq.bench.step;
