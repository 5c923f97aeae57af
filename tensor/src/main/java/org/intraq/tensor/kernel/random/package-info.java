/**
 * Counter-based random numbers: Philox4x32-10, uniform and normal.
 *
 * <p>{@link org.intraq.tensor.kernel.random.Philox} is the generator, {@link
 * org.intraq.tensor.kernel.random.RandomFill} fills tensors, {@link
 * org.intraq.tensor.kernel.random.PhiloxRandom} is the object with a state that is saved. Element i
 * of a tensor depends on key, counter and i alone:
 *
 * <pre>
 * block counter + i/4 :  w0  w1  w2  w3
 * uniform                u   u   u   u        upper 24 bits
 * normal                 cos sin cos sin      radius from the even word, angle from the odd one
 * </pre>
 *
 * <p>The vector kernel holds a word in a 64-bit lane, one block a lane, because a round needs the
 * upper half of a product; C2 turns that product into VPMULUDQ. The normal transform computes each
 * radius twice, in both lanes of its pair, and takes the cosine as a sine a quarter turn ahead:
 * more arithmetic than two separate halves would need, but no shuffles and one polynomial.
 *
 * <p>Measured (AMD EPYC Zen 4, 512 bits, JDK 25, 786,432 elements, ns an element, one thread /
 * two):
 *
 * <pre>
 * uniform, reference    4.8       Simd  0.83 / 0.43
 * normal, reference    12.8       Simd  2.72 / 1.47
 * </pre>
 *
 * <p>A batch of 256 CIFAR images is drawn in 1 to 2 ms, once for a thousand iterations.
 *
 * <p>Sources: Salmon et al., SC 2011 (known answers from Random123, tests/kat_vectors); Box and
 * Muller 1958.
 */
package org.intraq.tensor.kernel.random;
