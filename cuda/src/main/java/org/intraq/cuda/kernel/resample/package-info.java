/**
 * Random crops of images, resized bilinearly and flipped, and the adjoint.
 *
 * <p>One pixel a thread, its channels (three) in a loop; adjacent threads read adjacent pixels. The
 * adjoint finds the outputs that read a sample by exact integer arithmetic: about (4 OH OW) / (box
 * height * box width) of them, in a fixed order, their sum in double between rows.
 *
 * <pre>
 * kernel                      bytes moved (n images)               expected limiter                measured
 * crop_resize_flip            4 C (box + OH OW) each               memory, integer division        not yet timed
 * crop_resize_flip_backward   4 C (H W + OH OW) each, rereads L1   integer division, then memory   not yet timed
 * </pre>
 */
package org.intraq.cuda.kernel.resample;
