/** Crop, bilinear resize and flip of images, with the exact adjoint. */
package org.intraq.tensor.kernel.resample;
