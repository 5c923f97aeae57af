/** The device as a host program, for tests on machines without a GPU. */
package org.intraq.cuda.host;
