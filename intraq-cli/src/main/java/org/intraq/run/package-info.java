/**
 * A run and its folder: synthesis and quantization as resumable stages, with everything they leave
 * behind in one place.
 */
package org.intraq.run;
