/** Crop, resize and flip to measure. */
package org.intraq.bench.kernel.resample;
