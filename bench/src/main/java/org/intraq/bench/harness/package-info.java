/** Problems to measure, without what is measured: cases, their data, and the form of a peer. */
package org.intraq.bench.harness;
