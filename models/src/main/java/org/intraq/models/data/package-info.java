/**
 * Labelled images: where they lie, how they are decoded, and how they become network input.
 *
 * <pre>
 *   Datasets.open(path) -> ImageDataset      CIFAR, idx, ImageFolder, CSV
 *          load(i)      -> DecodedImage      u8, height x width x channels (JpegDecoder, PngDecoder)
 *   Preprocessing       -> float NHWC        Resampler, padding, grey <-> RGB, (x/255 - mean) / std
 *   BatchLoader         -> Batch             all of it ahead of computing, in order, bounded memory
 * </pre>
 *
 * <p>Every reader assumes its file is hostile: sizes are checked against the bytes that are really
 * there before anything is allocated, and what cannot be read is a {@link
 * org.intraq.models.data.DataException} of one sentence that names the file and the remedy.
 */
package org.intraq.models.data;
