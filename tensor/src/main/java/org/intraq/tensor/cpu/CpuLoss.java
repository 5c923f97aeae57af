package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.LossOps;
import org.intraq.tensor.kernel.similarity.Similarity;
import org.intraq.tensor.kernel.softmax.Pick;
import org.intraq.tensor.kernel.softmax.Softmax;
import org.intraq.tensor.kernel.softmax.SoftmaxLoss;
import org.intraq.tensor.parallel.Workers;

/** Softmax, losses and similarities on the CPU; matrices are [R, C]. */
final class CpuLoss implements LossOps {
  private final Softmax softmax;
  private final SoftmaxLoss losses;
  private final Similarity similarity;

  CpuLoss(Workers workers) {
    this.softmax = Kernels.softmax(workers);
    this.losses = Kernels.softmaxLoss(workers);
    this.similarity = Kernels.similarity(workers);
  }

  @Override
  public void softmax(Tensor x, Tensor y) {
    float[] xs = matrix("softmax", "x", x);
    float[] ys = like("softmax", "y", y, "x", x);
    Checks.sameOrApart("softmax", "y", y, "x", x);
    softmax.softmax(x.extent(0), x.extent(1), xs, x.offset(), ys, y.offset());
  }

  @Override
  public void softmaxBackward(Tensor y, Tensor dy, Tensor dx) {
    String op = "softmaxBackward";
    float[] ys = matrix(op, "y", y);
    float[] dys = like(op, "dy", dy, "y", y);
    float[] dxs = like(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "dy", dy);
    softmax.softmaxBackward(
        y.extent(0), y.extent(1), ys, y.offset(), dys, dy.offset(), dxs, dx.offset());
  }

  @Override
  public void logSoftmax(Tensor x, Tensor y) {
    float[] xs = matrix("logSoftmax", "x", x);
    float[] ys = like("logSoftmax", "y", y, "x", x);
    Checks.sameOrApart("logSoftmax", "y", y, "x", x);
    softmax.logSoftmax(x.extent(0), x.extent(1), xs, x.offset(), ys, y.offset());
  }

  @Override
  public void logSoftmaxBackward(Tensor y, Tensor dy, Tensor dx) {
    String op = "logSoftmaxBackward";
    float[] ys = matrix(op, "y", y);
    float[] dys = like(op, "dy", dy, "y", y);
    float[] dxs = like(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "y", y);
    Checks.sameOrApart(op, "dx", dx, "dy", dy);
    softmax.logSoftmaxBackward(
        y.extent(0), y.extent(1), ys, y.offset(), dys, dy.offset(), dxs, dx.offset());
  }

  @Override
  public void crossEntropy(
      Tensor x, Tensor labels, float smoothing, Tensor losses, Tensor softmax) {
    String op = "crossEntropy";
    float[] xs = matrix(op, "x", x);
    int[] classes = labels(op, labels, x.extent(0), x.extent(1));
    smoothing(op, smoothing);
    float[] lossValues = vector(op, "losses", losses, x.extent(0));
    float[] probabilities = like(op, "softmax", softmax, "x", x);
    Checks.apart(op, "losses", losses, "x", x);
    Checks.apart(op, "softmax", softmax, "x", x);
    Checks.apart(op, "losses", losses, "softmax", softmax);
    this.losses.crossEntropy(
        x.extent(0),
        x.extent(1),
        xs,
        x.offset(),
        classes,
        labels.offset(),
        smoothing,
        lossValues,
        losses.offset(),
        probabilities,
        softmax.offset());
  }

  @Override
  public void crossEntropyBackward(
      Tensor softmax, Tensor labels, float smoothing, Tensor dLosses, Tensor dx) {
    String op = "crossEntropyBackward";
    float[] probabilities = matrix(op, "softmax", softmax);
    int[] classes = labels(op, labels, softmax.extent(0), softmax.extent(1));
    smoothing(op, smoothing);
    float[] dLossValues = vector(op, "dLosses", dLosses, softmax.extent(0));
    float[] dxs = like(op, "dx", dx, "softmax", softmax);
    Checks.sameOrApart(op, "dx", dx, "softmax", softmax);
    Checks.apart(op, "dx", dx, "dLosses", dLosses);
    losses.crossEntropyBackward(
        softmax.extent(0),
        softmax.extent(1),
        probabilities,
        softmax.offset(),
        classes,
        labels.offset(),
        smoothing,
        dLossValues,
        dLosses.offset(),
        dxs,
        dx.offset());
  }

  @Override
  public void klDivergence(Tensor teacher, Tensor student, float temperature, Tensor y) {
    String op = "klDivergence";
    float[] teachers = matrix(op, "teacher", teacher);
    float[] students = like(op, "student", student, "teacher", teacher);
    temperature(op, temperature);
    float[] ys = vector(op, "y", y, teacher.extent(0));
    Checks.apart(op, "y", y, "teacher", teacher);
    Checks.apart(op, "y", y, "student", student);
    losses.klDivergence(
        teacher.extent(0),
        teacher.extent(1),
        teachers,
        teacher.offset(),
        students,
        student.offset(),
        temperature,
        ys,
        y.offset());
  }

  @Override
  public void klDivergenceBackward(
      Tensor teacher, Tensor student, float temperature, Tensor dy, Tensor dStudent) {
    String op = "klDivergenceBackward";
    float[] teachers = matrix(op, "teacher", teacher);
    float[] students = like(op, "student", student, "teacher", teacher);
    temperature(op, temperature);
    float[] dys = vector(op, "dy", dy, teacher.extent(0));
    float[] dStudents = like(op, "dStudent", dStudent, "teacher", teacher);
    Checks.apart(op, "dStudent", dStudent, "teacher", teacher);
    Checks.sameOrApart(op, "dStudent", dStudent, "student", student);
    Checks.apart(op, "dStudent", dStudent, "dy", dy);
    losses.klDivergenceBackward(
        teacher.extent(0),
        teacher.extent(1),
        teachers,
        teacher.offset(),
        students,
        student.offset(),
        temperature,
        dys,
        dy.offset(),
        dStudents,
        dStudent.offset());
  }

  @Override
  public void pick(Tensor x, Tensor labels, Tensor y) {
    float[] xs = matrix("pick", "x", x);
    int[] classes = labels("pick", labels, x.extent(0), x.extent(1));
    float[] ys = vector("pick", "y", y, x.extent(0));
    Checks.apart("pick", "y", y, "x", x);
    Pick.forward(
        x.extent(0), x.extent(1), xs, x.offset(), classes, labels.offset(), ys, y.offset());
  }

  @Override
  public void pickBackward(Tensor labels, Tensor dy, Tensor dx) {
    String op = "pickBackward";
    float[] dxs = matrix(op, "dx", dx);
    int[] classes = labels(op, labels, dx.extent(0), dx.extent(1));
    float[] dys = vector(op, "dy", dy, dx.extent(0));
    Checks.apart(op, "dx", dx, "dy", dy);
    Pick.backward(
        dx.extent(0), dx.extent(1), classes, labels.offset(), dys, dy.offset(), dxs, dx.offset());
  }

  @Override
  public void l2Normalize(Tensor x, float eps, Tensor y) {
    float[] xs = matrix("l2Normalize", "x", x);
    eps("l2Normalize", eps);
    float[] ys = like("l2Normalize", "y", y, "x", x);
    Checks.sameOrApart("l2Normalize", "y", y, "x", x);
    similarity.l2Normalize(x.extent(0), x.extent(1), xs, x.offset(), eps, ys, y.offset());
  }

  @Override
  public void l2NormalizeBackward(Tensor x, float eps, Tensor dy, Tensor dx) {
    String op = "l2NormalizeBackward";
    float[] xs = matrix(op, "x", x);
    eps(op, eps);
    float[] dys = like(op, "dy", dy, "x", x);
    float[] dxs = like(op, "dx", dx, "x", x);
    Checks.sameOrApart(op, "dx", dx, "x", x);
    Checks.sameOrApart(op, "dx", dx, "dy", dy);
    similarity.l2NormalizeBackward(
        x.extent(0), x.extent(1), xs, x.offset(), eps, dys, dy.offset(), dxs, dx.offset());
  }

  @Override
  public void cosineSimilarity(Tensor a, Tensor b, float eps, Tensor y) {
    String op = "cosineSimilarity";
    float[] as = matrix(op, "a", a);
    float[] bs = like(op, "b", b, "a", a);
    eps(op, eps);
    float[] ys = vector(op, "y", y, a.extent(0));
    Checks.apart(op, "y", y, "a", a);
    Checks.apart(op, "y", y, "b", b);
    similarity.cosine(
        a.extent(0), a.extent(1), as, a.offset(), bs, b.offset(), eps, ys, y.offset());
  }

  @Override
  public void cosineSimilarityBackward(Tensor a, Tensor b, float eps, Tensor dy, Tensor da) {
    String op = "cosineSimilarityBackward";
    float[] as = matrix(op, "a", a);
    float[] bs = like(op, "b", b, "a", a);
    eps(op, eps);
    float[] dys = vector(op, "dy", dy, a.extent(0));
    float[] das = like(op, "da", da, "a", a);
    Checks.sameOrApart(op, "da", da, "a", a);
    Checks.sameOrApart(op, "da", da, "b", b);
    Checks.apart(op, "da", da, "dy", dy);
    similarity.cosineBackward(
        a.extent(0),
        a.extent(1),
        as,
        a.offset(),
        bs,
        b.offset(),
        eps,
        dys,
        dy.offset(),
        das,
        da.offset());
  }

  private static float[] matrix(String operation, String name, Tensor tensor) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.rank(operation, name, tensor, 2);
    return values;
  }

  private static float[] like(
      String operation, String name, Tensor tensor, String likeName, Tensor like) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.sameShape(operation, name, tensor, likeName, like);
    return values;
  }

  private static float[] vector(String operation, String name, Tensor tensor, int rows) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, rows);
    return values;
  }

  private static int[] labels(String operation, Tensor labels, int rows, int columns) {
    int[] values = Checks.ints(operation, "labels", labels);
    Checks.shape(operation, "labels", labels, rows);
    for (int r = 0; r < rows; r++) {
      int label = values[labels.offset() + r];
      if (label < 0 || label >= columns) {
        throw Checks.failure(operation, "labels in [0, " + columns + ")", label + " at index " + r);
      }
    }
    return values;
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
