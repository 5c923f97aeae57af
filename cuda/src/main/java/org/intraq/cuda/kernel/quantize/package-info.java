/**
 * Fake quantization with the bits of the CPU's AffineQuantizer, its masked gradient, and codes.
 *
 * <p>Four elements a thread in 128-bit accesses where the addresses allow it. Multiplier and offset
 * are made from the range in every thread (one division each), so that ranges that were just
 * measured on the device are used without a copy to the host.
 *
 * <pre>
 * kernel                                bytes moved   expected limiter   measured
 * fake_quantize, _channels              8 n           memory             not yet timed
 * fake_quantize_mask, _channels_mask    12 n          memory             not yet timed
 * codes, codes_channels                 5 n           memory             not yet timed
 * </pre>
 */
package org.intraq.cuda.kernel.quantize;
