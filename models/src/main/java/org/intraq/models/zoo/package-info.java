/**
 * The networks: one file a family, which reads like the table of its paper, and {@link
 * org.intraq.models.zoo.Zoo}, the names users know them by.
 *
 * <p>A family is a record of what its members differ in (depth, width, shortcuts, padding ...);
 * {@link org.intraq.models.zoo.Architecture#text} writes that as one line, which weight files carry
 * as metadata, so that a network can be rebuilt from its file alone.
 */
package org.intraq.models.zoo;
