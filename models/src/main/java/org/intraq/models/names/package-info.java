/**
 * Finding out which network a weight file belongs to, and loading it strictly.
 *
 * <p>A {@link org.intraq.models.names.NameTable} is one convention of naming tensors, and knows
 * what else its convention implies: which variants of the networks exist under these names, and
 * what images go through first. {@link org.intraq.models.names.Pretrained} tries them all on a
 * file.
 */
package org.intraq.models.names;
