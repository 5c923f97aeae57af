/** The thread pool whose way of splitting work never changes a result. */
package org.intraq.tensor.parallel;
