/** Element-wise arithmetic and rectifiers. */
package org.intraq.tensor.kernel.elementwise;
