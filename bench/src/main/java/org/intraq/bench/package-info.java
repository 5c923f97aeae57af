/**
 * The benchmark: its catalogue of cases, the side-by-side measurement through JMH, tables and
 * files, and the command {@code intraq bench}.
 */
package org.intraq.bench;
