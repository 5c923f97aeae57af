/** Element-wise arithmetic and rectifiers, in grid-stride loops. Not yet run on a GPU. */
package org.intraq.cuda.kernel.elementwise;
