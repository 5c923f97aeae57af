/** Tensors, shapes, storage. Start at {@link org.intraq.tensor.Tensor}. */
package org.intraq.tensor;
