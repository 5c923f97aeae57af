/** Synthetic images: read one by one from the files of a run, drawn into batches, shown as PNG. */
package org.intraq.images;
