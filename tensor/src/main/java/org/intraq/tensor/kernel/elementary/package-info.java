/**
 * Elementary functions whose bits do not depend on processor, platform or vector width.
 *
 * <pre>
 *                  method                                              worst error, all arguments
 * exp(x)           2^n (1 + r + r^2 P4(r)), |r| &lt;= ln(2)/2             1.01 ulp
 * log(n / 2^24)    e ln(2) + f - f^2/2 + f^3 P7(f), f = m - 1          0.87 ulp
 * sin(2 pi t)      exact folding to a quarter turn, y + y P4(y^2)      1.65 ulp
 * </pre>
 *
 * <p>Only IEEE additions, multiplications, fused multiply-adds and integer operations, in an order
 * that the scalar and the vector class share; a CUDA kernel that repeats the order repeats the
 * bits. The polynomials are minimax fits by the Remez algorithm, coefficients rounded to float. The
 * sine's polynomial approximates sin/y - 1: with the leading pi/2 among its coefficients the error
 * was 2.8 ulp, because a coefficient above 1 is rounded twice as coarsely.
 *
 * <p>Sources: Muller, Elementary Functions, 3rd edition, 2016 (Remez fits, range reduction).
 */
package org.intraq.tensor.kernel.elementary;
