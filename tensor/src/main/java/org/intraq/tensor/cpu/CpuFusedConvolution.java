package org.intraq.tensor.cpu;

import java.util.ArrayList;
import java.util.List;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.FusedConvolutionOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.conv2d.ConvEpilogue;
import org.intraq.tensor.kernel.conv2d.ConvLink;
import org.intraq.tensor.kernel.conv2d.ConvPrologue;
import org.intraq.tensor.kernel.conv2d.FusedConv2d;
import org.intraq.tensor.parallel.Workers;

/** Convolutions with the element-wise work around them, on the CPU. */
final class CpuFusedConvolution implements FusedConvolutionOps {
  private static final String FORWARD = "fusedConvolution.forward";
  private static final String CHAIN = "fusedConvolution.chain";
  private static final String BACKWARD = "fusedConvolution.backwardInput";

  private final FusedConv2d kernel;
  private final FusedConv2d direct;

  CpuFusedConvolution(Workers workers) {
    this.kernel = Kernels.fusedConv2d(workers);
    this.direct = Kernels.directFusedConv2d(workers);
  }

  @Override
  public ConvolutionWeights freeze(Conv2dShape geometry, Tensor w) {
    CpuConvolution.weights("fusedConvolution.freeze", "w", geometry, w);
    return new FrozenWeights(kernel, geometry, w);
  }

  @Override
  public void forward(
      Conv2dShape shape,
      Tensor x,
      ConvolutionWeights w,
      Tensor scale,
      Tensor shift,
      Tensor residual,
      float floor,
      float cap,
      Tensor z,
      Tensor y,
      Tensor mean,
      Tensor variance) {
    float[] xs = CpuConvolution.input(FORWARD, "x", shape, x);
    float[] ws = CpuConvolution.weights(FORWARD, "w", shape, w.tensor());
    float[] ys = CpuConvolution.output(FORWARD, "y", shape, y);
    checkForward(shape, x, scale, shift, residual, floor, cap, z, y, mean, variance);
    ConvEpilogue epilogue =
        new ConvEpilogue(
            scale.floats(),
            scale.offset(),
            shift.floats(),
            shift.offset(),
            array(residual),
            at(residual),
            floor,
            cap,
            ys,
            y.offset(),
            array(mean),
            at(mean),
            array(variance),
            at(variance));
    float[] zs = z == null ? ys : z.floats();
    int zAt = z == null ? y.offset() : z.offset();
    if (w instanceof FrozenWeights frozen) {
      kernel.forward(shape, xs, x.offset(), frozen.forward(), epilogue, zs, zAt);
    } else {
      FusedConv2d suited = w.direct() ? direct : kernel;
      suited.forward(shape, xs, x.offset(), ws, w.tensor().offset(), epilogue, zs, zAt);
    }
  }

  @Override
  public void chain(Scope scope, List<Link> links, Tensor x, Tensor residual, Tensor y) {
    List<ConvLink> packed = new ArrayList<>();
    for (Link link : links) {
      if (!(link.w() instanceof FrozenWeights frozen)) {
        FusedConvolutionOps.super.chain(scope, links, x, residual, y);
        return;
      }
      checkLink(link, packed.isEmpty() ? null : packed.getLast().shape(), y);
      packed.add(
          new ConvLink(
              link.shape(),
              frozen.forward(),
              link.scale().floats(),
              link.scale().offset(),
              link.shift().floats(),
              link.shift().offset(),
              link.floor(),
              link.cap()));
    }
    float[] xs = CpuConvolution.input(CHAIN, "x", links.getFirst().shape(), x);
    float[] ys = CpuConvolution.output(CHAIN, "y", links.getLast().shape(), y);
    Checks.apart(CHAIN, "y", y, "x", x);
    if (residual != null) {
      ChannelChecks.like(CHAIN, "y", y, "residual", residual);
      Checks.apart(CHAIN, "y", y, "residual", residual);
    }
    kernel.chain(packed, xs, x.offset(), array(residual), at(residual), ys, y.offset());
  }

  private static void checkLink(Link link, Conv2dShape before, Tensor y) {
    Conv2dShape s = link.shape();
    CpuConvolution.weights(CHAIN, "w", s, link.w().tensor());
    ChannelChecks.input(CHAIN, "scale", link.scale(), s.oc(), "y", y);
    ChannelChecks.input(CHAIN, "shift", link.shift(), s.oc(), "y", y);
    checkRectifier(link.floor(), link.cap());
    boolean joined =
        before == null
            || (s.n() == before.n()
                && s.h() == before.outH()
                && s.w() == before.outW()
                && s.ic() == before.oc());
    if (!joined) { // two shapes in words for each link are seen in profiles
      throw Checks.failure(
          CHAIN, "links that begin where the last one ends", before + " before " + s);
    }
  }

  private static void checkForward(
      Conv2dShape shape,
      Tensor x,
      Tensor scale,
      Tensor shift,
      Tensor residual,
      float floor,
      float cap,
      Tensor z,
      Tensor y,
      Tensor mean,
      Tensor variance) {
    checkRectifier(floor, cap);
    Checks.apart(FORWARD, "y", y, "x", x);
    ChannelChecks.input(FORWARD, "scale", scale, shape.oc(), "y", y);
    ChannelChecks.input(FORWARD, "shift", shift, shape.oc(), "y", y);
    if (residual != null) {
      ChannelChecks.like(FORWARD, "y", y, "residual", residual);
    }
    if (z != null) {
      CpuConvolution.output(FORWARD, "z", shape, z);
      Checks.apart(FORWARD, "z", z, "x", x);
      Checks.apart(FORWARD, "z", z, "y", y);
      if (residual != null) {
        Checks.apart(FORWARD, "z", z, "residual", residual);
      }
    } else if (residual != null) {
      Checks.apart(FORWARD, "y, where z is not kept,", y, "residual", residual);
    }
    if ((mean == null) != (variance == null)) {
      throw Checks.failure(FORWARD, "mean and variance both or neither", "one of them");
    }
    if (mean != null) {
      ChannelChecks.input(FORWARD, "mean", mean, shape.oc(), "y", y);
      ChannelChecks.input(FORWARD, "variance", variance, shape.oc(), "y", y);
      Checks.apart(FORWARD, "mean", mean, "variance", variance);
    }
  }

  private static void checkRectifier(float floor, float cap) {
    boolean none = floor == Float.NEGATIVE_INFINITY && cap == Float.POSITIVE_INFINITY;
    if (!none) {
      Checks.require(
          floor == 0f, FORWARD, "a floor of 0, or -infinity with a cap of +infinity", floor);
      CpuElementwise.cap(FORWARD, cap);
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      Tensor dy,
      ConvolutionWeights w,
      Tensor y,
      float cap,
      Tensor scale,
      Tensor shift,
      Tensor z,
      Tensor c0,
      Tensor c1,
      Tensor dResidual,
      boolean add,
      Tensor dx) {
    float[] dys = CpuConvolution.output(BACKWARD, "dy", shape, dy);
    float[] ws = CpuConvolution.weights(BACKWARD, "w", shape, w.tensor());
    float[] dxs = CpuConvolution.input(BACKWARD, "dx", shape, dx);
    checkBackward(shape, dy, y, cap, scale, shift, z, c0, c1, dResidual, dx);
    ConvPrologue p = scale == null ? null : prologue(y, cap, scale, shift, z, c0, c1, dResidual);
    if (w instanceof FrozenWeights frozen) {
      kernel.backwardInput(shape, dys, dy.offset(), frozen.backward(), p, add, dxs, dx.offset());
    } else {
      kernel.backwardInput(
          shape, dys, dy.offset(), ws, w.tensor().offset(), p, add, dxs, dx.offset());
    }
  }

  private static ConvPrologue prologue(
      Tensor y,
      float cap,
      Tensor scale,
      Tensor shift,
      Tensor z,
      Tensor c0,
      Tensor c1,
      Tensor dResidual) {
    boolean again = shift != null && y != null && c0 != null && dResidual == null;
    Tensor read = again ? null : y;
    Tensor given = again ? shift : null;
    Tensor moved = c0 == null ? null : z;
    return new ConvPrologue(
        array(read),
        at(read),
        cap,
        scale.floats(),
        scale.offset(),
        array(given),
        at(given),
        array(moved),
        at(moved),
        array(c0),
        at(c0),
        array(c1),
        at(c1),
        array(dResidual),
        at(dResidual));
  }

  private static void checkBackward(
      Conv2dShape shape,
      Tensor dy,
      Tensor y,
      float cap,
      Tensor scale,
      Tensor shift,
      Tensor z,
      Tensor c0,
      Tensor c1,
      Tensor dResidual,
      Tensor dx) {
    CpuElementwise.cap(BACKWARD, cap);
    Checks.apart(BACKWARD, "dx", dx, "dy", dy);
    if (scale == null) {
      boolean alone = y == null && shift == null && c0 == null && dResidual == null;
      Checks.require(alone, BACKWARD, "a scale where there is more to do than the adjoint", "null");
      return;
    }
    ChannelChecks.input(BACKWARD, "scale", scale, shape.oc(), "dx", dx);
    if (shift != null) {
      ChannelChecks.input(BACKWARD, "shift", shift, shape.oc(), "dx", dx);
    }
    if (y != null) {
      CpuConvolution.output(BACKWARD, "y", shape, y);
      Checks.apart(BACKWARD, "dx", dx, "y", y);
    }
    if ((c0 == null) != (c1 == null)) {
      throw Checks.failure(
          BACKWARD, "c0 and c1 both or neither", c0 == null ? "c1 alone" : "c0 alone");
    }
    if (c0 != null) {
      ChannelChecks.input(BACKWARD, "c0", c0, shape.oc(), "dx", dx);
      ChannelChecks.input(BACKWARD, "c1", c1, shape.oc(), "dx", dx);
      CpuConvolution.output(BACKWARD, "z", shape, z);
      Checks.apart(BACKWARD, "dx", dx, "z", z);
    }
    if (dResidual != null) {
      ChannelChecks.like(BACKWARD, "dResidual", dResidual, "dy", dy);
      Checks.apart(BACKWARD, "dResidual", dResidual, "dx", dx);
      for (Tensor other : new Tensor[] {y, c0 == null ? null : z}) {
        if (other != null) {
          Checks.apart(BACKWARD, "dResidual", dResidual, "y or z", other);
        }
      }
    }
  }

  private static float[] array(Tensor tensor) {
    return tensor == null ? null : tensor.floats();
  }

  private static int at(Tensor tensor) {
    return tensor == null ? 0 : tensor.offset();
  }
}
