/** Measuring accuracy: {@link org.intraq.models.eval.Evaluator} runs anything that gives logits. */
package org.intraq.models.eval;
