package org.intraq.cuda;

import org.intraq.cuda.kernel.batchnorm.BatchNormCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.NormalizationOps;

/** Batch statistics and BatchNorm on a GPU. */
final class CudaNormalization implements NormalizationOps {
  private static final String MOMENTS = "batchMoments";
  private static final String MOMENTS_BACKWARD = "batchMomentsBackward";
  private static final String AFFINE = "channelAffine";
  private static final String SCALE = "channelScale";
  private static final String PARAMETERS = "channelAffineParameterGradients";
  private static final String FOLD = "batchNorm.fold";
  private static final String FOLD_BACKWARD = "batchNorm.foldBackward";
  private static final String TRAIN = "batchNorm.train";
  private static final String TRAIN_BACKWARD = "batchNorm.trainBackward";

  private final Checks checks;
  private final ChannelChecks channels;
  private final BatchNormCuda kernel;

  CudaNormalization(CudaContext context) {
    this.checks = context.checks();
    this.channels = new ChannelChecks(checks);
    this.kernel = new BatchNormCuda(context.gpu());
  }

  @Override
  public void batchMoments(Tensor x, Tensor mean, Tensor variance) {
    long xs = checks.floats(MOMENTS, "x", x);
    int c = Checks.channels(MOMENTS, "x", x);
    samples(MOMENTS, x, c);
    long means = channels.output(MOMENTS, "mean", mean, c, "x", x);
    long variances = channels.output(MOMENTS, "variance", variance, c, "x", x);
    Checks.apart(MOMENTS, "variance", variance, "mean", mean);
    kernel.moments(Checks.rows(x, c), c, xs, means, variances);
  }

  @Override
  public void batchMomentsBackward(
      Tensor x, Tensor mean, Tensor dMean, Tensor dVariance, Tensor dx) {
    String op = MOMENTS_BACKWARD;
    long xs = checks.floats(op, "x", x);
    int c = Checks.channels(op, "x", x);
    long dxs = channels.like(op, "dx", dx, "x", x);
    kernel.momentsBackward(
        Checks.rows(x, c),
        c,
        xs,
        channels.input(op, "mean", mean, c, "dx", dx),
        channels.input(op, "dMean", dMean, c, "dx", dx),
        channels.input(op, "dVariance", dVariance, c, "dx", dx),
        dxs);
  }

  @Override
  public void channelAffine(Tensor x, Tensor scale, Tensor shift, Tensor y) {
    long xs = checks.floats(AFFINE, "x", x);
    int c = Checks.channels(AFFINE, "x", x);
    long ys = channels.like(AFFINE, "y", y, "x", x);
    long scales = channels.input(AFFINE, "scale", scale, c, "y", y);
    long shifts = channels.input(AFFINE, "shift", shift, c, "y", y);
    kernel.affine(Checks.rows(x, c), c, xs, 0, scales, shifts, ys);
  }

  @Override
  public void channelScale(Tensor dy, Tensor scale, Tensor dx) {
    long dys = checks.floats(SCALE, "dy", dy);
    int c = Checks.channels(SCALE, "dy", dy);
    long dxs = channels.like(SCALE, "dx", dx, "dy", dy);
    long scales = channels.input(SCALE, "scale", scale, c, "dx", dx);
    kernel.affine(Checks.rows(dy, c), c, dys, 0, scales, 0, dxs);
  }

  @Override
  public void channelAffineParameterGradients(Tensor x, Tensor dy, Tensor dScale, Tensor dShift) {
    long xs = checks.floats(PARAMETERS, "x", x);
    int c = Checks.channels(PARAMETERS, "x", x);
    long dys = checks.floats(PARAMETERS, "dy", dy);
    Checks.sameShape(PARAMETERS, "dy", dy, "x", x);
    long dScales = channels.output(PARAMETERS, "dScale", dScale, c, "x", x, dy);
    long dShifts = channels.output(PARAMETERS, "dShift", dShift, c, "x", x, dy, dScale);
    kernel.parameterGradients(Checks.rows(x, c), c, xs, dys, dScales, dShifts);
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
    long scales = checks.floats(FOLD, "scale", scale);
    long shifts = checks.floats(FOLD, "shift", shift);
    int c = scale.size();
    Checks.size(FOLD, "shift", shift, c);
    Checks.apart(FOLD, "shift", shift, "scale", scale);
    kernel.fold(
        c,
        channels.parameter(FOLD, "gamma", gamma, c, scale, shift),
        channels.parameter(FOLD, "beta", beta, c, scale, shift),
        channels.parameter(FOLD, "mean", mean, c, scale, shift),
        channels.parameter(FOLD, "variance", variance, c, scale, shift),
        eps,
        scales,
        shifts);
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
    String op = FOLD_BACKWARD;
    eps(op, eps);
    long dGammas = checks.floats(op, "dGamma", dGamma);
    long dBetas = checks.floats(op, "dBeta", dBeta);
    int c = dGamma.size();
    Checks.size(op, "dBeta", dBeta, c);
    Checks.apart(op, "dBeta", dBeta, "dGamma", dGamma);
    kernel.foldBackward(
        c,
        channels.parameter(op, "dScale", dScale, c, dGamma, dBeta),
        channels.parameter(op, "dShift", dShift, c, dGamma, dBeta),
        channels.parameter(op, "mean", mean, c, dGamma, dBeta),
        channels.parameter(op, "variance", variance, c, dGamma, dBeta),
        eps,
        dGammas,
        dBetas);
  }

  @Override
  public void train(
      Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor mean, Tensor variance) {
    eps(TRAIN, eps);
    long xs = checks.floats(TRAIN, "x", x);
    int c = Checks.channels(TRAIN, "x", x);
    samples(TRAIN, x, c);
    long ys = channels.like(TRAIN, "y", y, "x", x);
    long gammas = channels.input(TRAIN, "gamma", gamma, c, "y", y);
    long betas = channels.input(TRAIN, "beta", beta, c, "y", y);
    long means = channels.output(TRAIN, "mean", mean, c, "x", x, gamma, beta, y);
    long variances = channels.output(TRAIN, "variance", variance, c, "x", x, gamma, beta, y, mean);
    kernel.train(Checks.rows(x, c), c, xs, gammas, betas, eps, ys, means, variances);
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
    String op = TRAIN_BACKWARD;
    eps(op, eps);
    long xs = checks.floats(op, "x", x);
    int c = Checks.channels(op, "x", x);
    samples(op, x, c);
    long dys = checks.floats(op, "dy", dy);
    Checks.sameShape(op, "dy", dy, "x", x);
    long dxs = channels.like(op, "dx", dx, "x", x);
    Checks.sameOrApart(op, "dx", dx, "dy", dy);
    kernel.trainBackward(
        Checks.rows(x, c),
        c,
        xs,
        channels.input(op, "gamma", gamma, c, "dx", dx),
        channels.input(op, "mean", mean, c, "dx", dx),
        channels.input(op, "variance", variance, c, "dx", dx),
        eps,
        dys,
        dxs,
        channels.output(op, "dGamma", dGamma, c, "x", x, gamma, mean, variance, dy, dx),
        channels.output(op, "dBeta", dBeta, c, "x", x, gamma, mean, variance, dy, dx, dGamma));
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
