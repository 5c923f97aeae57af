package org.intraq.cuda.kernel.codes;

import org.intraq.cuda.kernel.pool.PoolCuda;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * Launches {@code CodesCuda.cu}: maps of codes ({@link org.intraq.tensor.kernel.lowbit.CodeMaps}),
 * and mean and product with the bits of the CPU's vector kernels.
 */
public final class CodesCuda {
  private static final int VECTOR = 4;

  /** Rows that a thread of {@code product} makes. */
  private static final int ROWS = 4;

  private final Gpu gpu;

  /** Kernels of a device. */
  public CodesCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** codes[i] = quantizer.code(x[i]). */
  public void quantize(CodeQuantizer quantizer, int n, long x, long codes) {
    flat("quantize", n, codes, x)
        .real(quantizer.m())
        .real(quantizer.z())
        .integer(1 << quantizer.bits() - 1)
        .pointer(x)
        .pointer(codes)
        .run();
  }

  /** y[i] = (codes[i] - zero) / m. */
  public void values(int n, long codes, int zero, float m, long y) {
    flat("values", n, codes, y).integer(zero).real(m).pointer(codes).pointer(y).run();
  }

  /** Window maxima. */
  public void maxPool(Pool2dShape s, long x, long y) {
    boolean wide = s.c() % VECTOR == 0 && fours(x, y);
    launch("max_pool", s.n() * s.outH() * s.outW() * s.c(), wide)
        .struct(PoolCuda.geometry(s))
        .pointer(x)
        .pointer(y)
        .run();
  }

  /** The parameter-free shortcut; new channels hold {@code fill}. */
  public void subsample(PoolCuda.Shortcut s, int fill, long x, long y) {
    boolean wide =
        s.c() % VECTOR == 0 && s.c2() % VECTOR == 0 && s.before() % VECTOR == 0 && fours(x, y);
    launch("subsample", s.n() * s.oh() * s.ow() * s.c2(), wide)
        .struct(s.n(), s.h(), s.w(), s.c(), s.oh(), s.ow(), s.c2(), s.stride(), s.before())
        .integer(fill)
        .pointer(x)
        .pointer(y)
        .run();
  }

  /** y [n, c] = means of x [n, plane, c]. */
  public void average(int n, int plane, int c, long x, long y) {
    gpu.module(CodesCuda.class)
        .launch("average")
        .grid(Geometry.strided(n * c))
        .integer(n)
        .integer(plane)
        .integer(c)
        .pointer(x)
        .pointer(y)
        .run();
  }

  /** y [m, n] = x [m, k] w [k, n], chains of {@code block} terms. */
  public void product(int m, int n, int k, int block, long x, long w, long y) {
    gpu.module(CodesCuda.class)
        .launch("product")
        .grid(Geometry.strided(Math.ceilDiv(m, ROWS) * n))
        .integer(m)
        .integer(n)
        .integer(k)
        .integer(block)
        .pointer(x)
        .pointer(w)
        .pointer(y)
        .run();
  }

  private Launch flat(String kernel, int n, long codes, long floats) {
    return launch(kernel, n, fours(codes) && Geometry.wide(floats)).integer(n);
  }

  private Launch launch(String kernel, int n, boolean wide) {
    return gpu.module(CodesCuda.class)
        .launch(kernel)
        .grid(Geometry.flat(n, wide))
        .integer(wide ? 1 : 0);
  }

  /** Whether four codes at a time may be accessed at all these addresses. */
  private static boolean fours(long... addresses) {
    long bits = 0;
    for (long address : addresses) {
      bits |= address;
    }
    return bits % VECTOR == 0;
  }
}
