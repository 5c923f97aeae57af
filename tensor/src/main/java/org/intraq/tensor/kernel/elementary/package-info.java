/** Elementary functions whose bits do not depend on processor, platform or vector width. */
package org.intraq.tensor.kernel.elementary;
