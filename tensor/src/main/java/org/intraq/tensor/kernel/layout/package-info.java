/** Layout changes between channels-first and channels-last. */
package org.intraq.tensor.kernel.layout;
