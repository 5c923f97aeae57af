/** Element-wise arithmetic and rectifiers, in grid-stride loops. Not yet timed. */
package org.intraq.cuda.kernel.elementwise;
