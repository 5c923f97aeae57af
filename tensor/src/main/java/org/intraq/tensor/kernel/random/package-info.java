/** Counter-based random numbers: Philox4x32-10. */
package org.intraq.tensor.kernel.random;
