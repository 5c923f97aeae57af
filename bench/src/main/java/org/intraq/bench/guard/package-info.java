/** A quick benchmark that fails when a kernel has lost its vectorisation. */
package org.intraq.bench.guard;
