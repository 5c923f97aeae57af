package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.NormalizationOps;
import org.intraq.tensor.kernel.batchnorm.BatchMoments;
import org.intraq.tensor.kernel.batchnorm.BatchNorm;
import org.intraq.tensor.kernel.batchnorm.BatchNormFold;
import org.intraq.tensor.kernel.batchnorm.ChannelAffine;
import org.intraq.tensor.parallel.Workers;

/** Batch statistics and BatchNorm on the CPU. */
final class CpuNormalization implements NormalizationOps {
  private static final String MOMENTS = "batchMoments";
  private static final String MOMENTS_BACKWARD = "batchMomentsBackward";
  private static final String AFFINE = "channelAffine";
  private static final String SCALE = "channelScale";
  private static final String PARAMETERS = "channelAffineParameterGradients";
  private static final String FOLD = "batchNorm.fold";
  private static final String FOLD_BACKWARD = "batchNorm.foldBackward";
  private static final String TRAIN = "batchNorm.train";
  private static final String TRAIN_BACKWARD = "batchNorm.trainBackward";

  private final BatchMoments moments;
  private final ChannelAffine affine;
  private final BatchNorm batchNorm;

  CpuNormalization(Workers workers) {
    this.moments = Kernels.batchMoments(workers);
    this.affine = Kernels.channelAffine(workers);
    this.batchNorm = Kernels.batchNorm(workers);
  }

  @Override
  public void batchMoments(Tensor x, Tensor mean, Tensor variance) {
    float[] xs = Checks.floats(MOMENTS, "x", x);
    int c = Checks.channels(MOMENTS, "x", x);
    samples(MOMENTS, x, c);
    float[] means = ChannelChecks.output(MOMENTS, "mean", mean, c, "x", x);
    float[] variances = ChannelChecks.output(MOMENTS, "variance", variance, c, "x", x);
    Checks.apart(MOMENTS, "variance", variance, "mean", mean);
    moments.moments(
        ChannelChecks.rows(x, c),
        c,
        xs,
        x.offset(),
        means,
        mean.offset(),
        variances,
        variance.offset());
  }

  @Override
  public void batchMomentsBackward(
      Tensor x, Tensor mean, Tensor dMean, Tensor dVariance, Tensor dx) {
    float[] xs = Checks.floats(MOMENTS_BACKWARD, "x", x);
    int c = Checks.channels(MOMENTS_BACKWARD, "x", x);
    float[] dxs = ChannelChecks.like(MOMENTS_BACKWARD, "dx", dx, "x", x);
    float[] means = ChannelChecks.input(MOMENTS_BACKWARD, "mean", mean, c, "dx", dx);
    float[] dMeans = ChannelChecks.input(MOMENTS_BACKWARD, "dMean", dMean, c, "dx", dx);
    float[] dVariances = ChannelChecks.input(MOMENTS_BACKWARD, "dVariance", dVariance, c, "dx", dx);
    moments.backward(
        ChannelChecks.rows(x, c),
        c,
        xs,
        x.offset(),
        means,
        mean.offset(),
        dMeans,
        dMean.offset(),
        dVariances,
        dVariance.offset(),
        dxs,
        dx.offset());
  }

  @Override
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, Tensor y) {
    float[] xs = Checks.floats(AFFINE, "x", x);
    int c = Checks.channels(AFFINE, "x", x);
    float[] ys = ChannelChecks.like(AFFINE, "y", y, "x", x);
    float[] scales = ChannelChecks.input(AFFINE, "scale", scale, c, "y", y);
    float[] shifts = ChannelChecks.input(AFFINE, "shift", shift, c, "y", y);
    affine.affine(
        ChannelChecks.rows(x, c),
        c,
        xs,
        x.offset(),
        scales,
        scale.offset(),
        shifts,
        shift.offset(),
        ys,
        y.offset());
  }

  @Override
  public void channelScale(Tensor dy, Tensor scale, Tensor dx) {
    float[] dys = Checks.floats(SCALE, "dy", dy);
    int c = Checks.channels(SCALE, "dy", dy);
    float[] dxs = ChannelChecks.like(SCALE, "dx", dx, "dy", dy);
    float[] scales = ChannelChecks.input(SCALE, "scale", scale, c, "dx", dx);
    affine.scale(
        ChannelChecks.rows(dy, c), c, dys, dy.offset(), scales, scale.offset(), dxs, dx.offset());
  }

  @Override
  public void channelAffineParameterGradients(Tensor x, Tensor dy, Tensor dScale, Tensor dShift) {
    float[] xs = Checks.floats(PARAMETERS, "x", x);
    int c = Checks.channels(PARAMETERS, "x", x);
    float[] dys = Checks.floats(PARAMETERS, "dy", dy);
    Checks.sameShape(PARAMETERS, "dy", dy, "x", x);
    float[] dScales = ChannelChecks.output(PARAMETERS, "dScale", dScale, c, "x", x);
    float[] dShifts = ChannelChecks.output(PARAMETERS, "dShift", dShift, c, "x", x);
    Checks.apart(PARAMETERS, "dScale", dScale, "dy", dy);
    Checks.apart(PARAMETERS, "dShift", dShift, "dy", dy);
    Checks.apart(PARAMETERS, "dShift", dShift, "dScale", dScale);
    affine.parameterGradients(
        ChannelChecks.rows(x, c),
        c,
        xs,
        x.offset(),
        dys,
        dy.offset(),
        dScales,
        dScale.offset(),
        dShifts,
        dShift.offset());
  }

  @Override
  public void fold(
      Tensor gamma,
      Tensor beta,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor scale,
      Tensor shift) {
    eps(FOLD, eps);
    float[] scales = Checks.floats(FOLD, "scale", scale);
    float[] shifts = Checks.floats(FOLD, "shift", shift);
    int c = scale.size();
    Checks.size(FOLD, "shift", shift, c);
    Checks.apart(FOLD, "shift", shift, "scale", scale);
    BatchNormFold.fold(
        c,
        ChannelChecks.parameter(FOLD, "gamma", gamma, c, scale, shift),
        gamma.offset(),
        ChannelChecks.parameter(FOLD, "beta", beta, c, scale, shift),
        beta.offset(),
        ChannelChecks.parameter(FOLD, "mean", mean, c, scale, shift),
        mean.offset(),
        ChannelChecks.parameter(FOLD, "variance", variance, c, scale, shift),
        variance.offset(),
        eps,
        scales,
        scale.offset(),
        shifts,
        shift.offset());
  }

  @Override
  public void foldBackward(
      Tensor dScale,
      Tensor dShift,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor dGamma,
      Tensor dBeta) {
    eps(FOLD_BACKWARD, eps);
    float[] dGammas = Checks.floats(FOLD_BACKWARD, "dGamma", dGamma);
    float[] dBetas = Checks.floats(FOLD_BACKWARD, "dBeta", dBeta);
    int c = dGamma.size();
    Checks.size(FOLD_BACKWARD, "dBeta", dBeta, c);
    Checks.apart(FOLD_BACKWARD, "dBeta", dBeta, "dGamma", dGamma);
    BatchNormFold.foldBackward(
        c,
        ChannelChecks.parameter(FOLD_BACKWARD, "dScale", dScale, c, dGamma, dBeta),
        dScale.offset(),
        ChannelChecks.parameter(FOLD_BACKWARD, "dShift", dShift, c, dGamma, dBeta),
        dShift.offset(),
        ChannelChecks.parameter(FOLD_BACKWARD, "mean", mean, c, dGamma, dBeta),
        mean.offset(),
        ChannelChecks.parameter(FOLD_BACKWARD, "variance", variance, c, dGamma, dBeta),
        variance.offset(),
        eps,
        dGammas,
        dGamma.offset(),
        dBetas,
        dBeta.offset());
  }

  @Override
  public void train(
      Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor mean, Tensor variance) {
    eps(TRAIN, eps);
    float[] xs = Checks.floats(TRAIN, "x", x);
    int c = Checks.channels(TRAIN, "x", x);
    samples(TRAIN, x, c);
    float[] ys = ChannelChecks.like(TRAIN, "y", y, "x", x);
    float[] gammas = ChannelChecks.input(TRAIN, "gamma", gamma, c, "y", y);
    float[] betas = ChannelChecks.input(TRAIN, "beta", beta, c, "y", y);
    float[] means = ChannelChecks.output(TRAIN, "mean", mean, c, "x", x, gamma, beta, y);
    float[] variances =
        ChannelChecks.output(TRAIN, "variance", variance, c, "x", x, gamma, beta, y, mean);
    batchNorm.train(
        ChannelChecks.rows(x, c),
        c,
        xs,
        x.offset(),
        gammas,
        gamma.offset(),
        betas,
        beta.offset(),
        eps,
        ys,
        y.offset(),
        means,
        mean.offset(),
        variances,
        variance.offset());
  }

  @Override
  public void trainBackward(
      Tensor x,
      Tensor gamma,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor dy,
      Tensor dx,
      Tensor dGamma,
      Tensor dBeta) {
    eps(TRAIN_BACKWARD, eps);
    float[] xs = Checks.floats(TRAIN_BACKWARD, "x", x);
    int c = Checks.channels(TRAIN_BACKWARD, "x", x);
    samples(TRAIN_BACKWARD, x, c);
    float[] dys = Checks.floats(TRAIN_BACKWARD, "dy", dy);
    Checks.sameShape(TRAIN_BACKWARD, "dy", dy, "x", x);
    float[] dxs = ChannelChecks.like(TRAIN_BACKWARD, "dx", dx, "x", x);
    Checks.sameOrApart(TRAIN_BACKWARD, "dx", dx, "dy", dy);
    float[] gammas = ChannelChecks.input(TRAIN_BACKWARD, "gamma", gamma, c, "dx", dx);
    float[] means = ChannelChecks.input(TRAIN_BACKWARD, "mean", mean, c, "dx", dx);
    float[] variances = ChannelChecks.input(TRAIN_BACKWARD, "variance", variance, c, "dx", dx);
    float[] dGammas =
        ChannelChecks.output(
            TRAIN_BACKWARD, "dGamma", dGamma, c, "x", x, gamma, mean, variance, dy, dx);
    float[] dBetas =
        ChannelChecks.output(
            TRAIN_BACKWARD, "dBeta", dBeta, c, "x", x, gamma, mean, variance, dy, dx, dGamma);
    batchNorm.trainBackward(
        ChannelChecks.rows(x, c),
        c,
        xs,
        x.offset(),
        gammas,
        gamma.offset(),
        means,
        mean.offset(),
        variances,
        variance.offset(),
        eps,
        dys,
        dy.offset(),
        dxs,
        dx.offset(),
        dGammas,
        dGamma.offset(),
        dBetas,
        dBeta.offset());
  }

  private static void eps(String operation, float eps) {
    if (!(eps > 0)) {
      throw Checks.failure(operation, "eps > 0", eps);
    }
  }

  private static void samples(String operation, Tensor x, int c) {
    if (c > 0 && x.size() == 0) {
      throw Checks.failure(operation, "at least one sample of each channel", x.shape());
    }
  }
}
