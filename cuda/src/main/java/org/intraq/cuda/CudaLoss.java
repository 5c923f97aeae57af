package org.intraq.cuda;

import org.intraq.cuda.kernel.similarity.SimilarityCuda;
import org.intraq.cuda.kernel.softmax.SoftmaxCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.LossOps;

/** Softmax, losses and similarities on a GPU; matrices are [R, C]. */
final class CudaLoss implements LossOps {
  private final Checks checks;
  private final HostInts host;
  private final SoftmaxCuda rows;
  private final SimilarityCuda similarity;

  CudaLoss(CudaContext context) {
    this.checks = context.checks();
    this.host = new HostInts(context.gpu(), checks);
    this.rows = new SoftmaxCuda(context.gpu());
    this.similarity = new SimilarityCuda(context.gpu());
  }

  @Override
  public void softmax(Tensor x, Tensor y) {
    long xs = matrix("softmax", "x", x);
    long ys = like("softmax", "y", y, "x", x);
    Checks.sameOrApart("softmax", "y", y, "x", x);
    rows.softmax(x.extent(0), x.extent(1), xs, ys);
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor dy, Tensor dx) {
    String op = "softmaxBackward";
    long ys = matrix(op, "y", y);
    long dys = like(op, "dy", dy, "y", y);
    long dxs = like(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "dy", dy);
    rows.softmaxBackward(y.extent(0), y.extent(1), ys, dys, dxs);
  }

  @Override
  public void logSoftmax(Tensor x, Tensor y) {
    long xs = matrix("logSoftmax", "x", x);
    long ys = like("logSoftmax", "y", y, "x", x);
    Checks.sameOrApart("logSoftmax", "y", y, "x", x);
    rows.logSoftmax(x.extent(0), x.extent(1), xs, ys);
  }

  @Override
  public void logSoftmaxBackward(Tensor y, Tensor dy, Tensor dx) {
    String op = "logSoftmaxBackward";
    long ys = matrix(op, "y", y);
    long dys = like(op, "dy", dy, "y", y);
    long dxs = like(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "dy", dy);
    rows.logSoftmaxBackward(y.extent(0), y.extent(1), ys, dys, dxs);
  }

  @Override
  public void crossEntropy(
      Tensor x, Tensor labels, float smoothing, Tensor losses, Tensor softmax) {
    String op = "crossEntropy";
    long xs = matrix(op, "x", x);
    long classes = labels(op, labels, x.extent(0), x.extent(1));
    smoothing(op, smoothing);
    long lossValues = vector(op, "losses", losses, x.extent(0));
    long probabilities = like(op, "softmax", softmax, "x", x);
    Checks.apart(op, "losses", losses, "x", x);
    Checks.apart(op, "softmax", softmax, "x", x);
    Checks.apart(op, "losses", losses, "softmax", softmax);
    rows.crossEntropy(x.extent(0), x.extent(1), xs, classes, smoothing, lossValues, probabilities);
  }

  @Override
  public void crossEntropyBackward(
      Tensor softmax, Tensor labels, float smoothing, Tensor dLosses, Tensor dx) {
    String op = "crossEntropyBackward";
    long probabilities = matrix(op, "softmax", softmax);
    long classes = labels(op, labels, softmax.extent(0), softmax.extent(1));
    smoothing(op, smoothing);
    long dLossValues = vector(op, "dLosses", dLosses, softmax.extent(0));
    long dxs = like(op, "dx", dx, "softmax", softmax);
    Checks.sameOrApart(op, "dx", dx, "softmax", softmax);
    Checks.apart(op, "dx", dx, "dLosses", dLosses);
    rows.crossEntropyBackward(
        softmax.extent(0), softmax.extent(1), probabilities, classes, smoothing, dLossValues, dxs);
  }

  @Override
  public void klDivergence(Tensor teacher, Tensor student, float temperature, Tensor y) {
    String op = "klDivergence";
    long teachers = matrix(op, "teacher", teacher);
    long students = like(op, "student", student, "teacher", teacher);
    temperature(op, temperature);
    long ys = vector(op, "y", y, teacher.extent(0));
    Checks.apart(op, "y", y, "teacher", teacher);
    Checks.apart(op, "y", y, "student", student);
    rows.klDivergence(teacher.extent(0), teacher.extent(1), teachers, students, temperature, ys);
  }

  @Override
  public void klDivergenceBackward(
      Tensor teacher, Tensor student, float temperature, Tensor dy, Tensor dStudent) {
    String op = "klDivergenceBackward";
    long teachers = matrix(op, "teacher", teacher);
    long students = like(op, "student", student, "teacher", teacher);
    temperature(op, temperature);
    long dys = vector(op, "dy", dy, teacher.extent(0));
    long dStudents = like(op, "dStudent", dStudent, "teacher", teacher);
    Checks.apart(op, "dStudent", dStudent, "teacher", teacher);
    Checks.sameOrApart(op, "dStudent", dStudent, "student", student);
    Checks.apart(op, "dStudent", dStudent, "dy", dy);
    rows.klDivergenceBackward(
        teacher.extent(0), teacher.extent(1), teachers, students, temperature, dys, dStudents);
  }

  @Override
  public void pick(Tensor x, Tensor labels, Tensor y) {
    long xs = matrix("pick", "x", x);
    long classes = labels("pick", labels, x.extent(0), x.extent(1));
    long ys = vector("pick", "y", y, x.extent(0));
    Checks.apart("pick", "y", y, "x", x);
    rows.pick(x.extent(0), x.extent(1), xs, classes, ys);
  }

  @Override
  public void pickBackward(Tensor labels, Tensor dy, Tensor dx) {
    String op = "pickBackward";
    long dxs = matrix(op, "dx", dx);
    long classes = labels(op, labels, dx.extent(0), dx.extent(1));
    long dys = vector(op, "dy", dy, dx.extent(0));
    Checks.apart(op, "dx", dx, "dy", dy);
    rows.pickBackward(dx.extent(0), dx.extent(1), classes, dys, dxs);
  }

  @Override
  public void l2Normalize(Tensor x, float eps, Tensor y) {
    long xs = matrix("l2Normalize", "x", x);
    eps("l2Normalize", eps);
    long ys = like("l2Normalize", "y", y, "x", x);
    Checks.sameOrApart("l2Normalize", "y", y, "x", x);
    similarity.l2Normalize(x.extent(0), x.extent(1), xs, eps, ys);
  }

  @Override
  public void l2NormalizeBackward(Tensor x, float eps, Tensor dy, Tensor dx) {
    String op = "l2NormalizeBackward";
    long xs = matrix(op, "x", x);
    eps(op, eps);
    long dys = like(op, "dy", dy, "x", x);
    long dxs = like(op, "dx", dx, "x", x);
    Checks.sameOrApart(op, "dx", dx, "x", x);
    Checks.sameOrApart(op, "dx", dx, "dy", dy);
    similarity.l2NormalizeBackward(x.extent(0), x.extent(1), xs, eps, dys, dxs);
  }

  @Override
  public void cosineSimilarity(Tensor a, Tensor b, float eps, Tensor y) {
    String op = "cosineSimilarity";
    long as = matrix(op, "a", a);
    long bs = like(op, "b", b, "a", a);
    eps(op, eps);
    long ys = vector(op, "y", y, a.extent(0));
    Checks.apart(op, "y", y, "a", a);
    Checks.apart(op, "y", y, "b", b);
    similarity.cosine(a.extent(0), a.extent(1), as, bs, eps, ys);
  }

  @Override
  public void cosineSimilarityBackward(Tensor a, Tensor b, float eps, Tensor dy, Tensor da) {
    String op = "cosineSimilarityBackward";
    long as = matrix(op, "a", a);
    long bs = like(op, "b", b, "a", a);
    eps(op, eps);
    long dys = vector(op, "dy", dy, a.extent(0));
    long das = like(op, "da", da, "a", a);
    Checks.sameOrApart(op, "da", da, "a", a);
    Checks.sameOrApart(op, "da", da, "b", b);
    Checks.apart(op, "da", da, "dy", dy);
    similarity.cosineBackward(a.extent(0), a.extent(1), as, bs, eps, dys, das);
  }

  private long matrix(String operation, String name, Tensor tensor) {
    long values = checks.floats(operation, name, tensor);
    Checks.rank(operation, name, tensor, 2);
    return values;
  }

  private long like(String operation, String name, Tensor tensor, String likeName, Tensor like) {
    long values = checks.floats(operation, name, tensor);
    Checks.sameShape(operation, name, tensor, likeName, like);
    return values;
  }

  private long vector(String operation, String name, Tensor tensor, int rows) {
    long values = checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, rows);
    return values;
  }

  private long labels(String operation, Tensor labels, int rows, int columns) {
    long address = checks.ints(operation, "labels", labels);
    Checks.shape(operation, "labels", labels, rows);
    int[] values = host.of(operation, "labels", labels);
    for (int r = 0; r < rows; r++) {
      if (values[r] < 0 || values[r] >= columns) {
        throw Checks.failure(
            operation, "labels in [0, " + columns + ")", values[r] + " at index " + r);
      }
    }
    return address;
  }

  private static void smoothing(String operation, float smoothing) {
    Checks.require(smoothing >= 0 && smoothing <= 1, operation, "smoothing in [0, 1]", smoothing);
  }

  private static void temperature(String operation, float temperature) {
    boolean usable = temperature > 0 && temperature < Float.POSITIVE_INFINITY;
    Checks.require(usable, operation, "a finite temperature > 0", temperature);
  }

  private static void eps(String operation, float eps) {
    Checks.require(eps >= 0 && eps < Float.POSITIVE_INFINITY, operation, "a finite eps >= 0", eps);
  }
}
