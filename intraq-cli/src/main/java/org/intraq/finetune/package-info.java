/**
 * Fine-tuning of the quantized network by distillation from the pre-trained one, with a guard
 * against divergence.
 */
package org.intraq.finetune;
