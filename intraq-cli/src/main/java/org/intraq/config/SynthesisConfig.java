package org.intraq.config;

/**
 * Image synthesis, section 2 of the method.
 *
 * @param images how many
 * @param batch images optimised together
 * @param groups parts the batches are counted in; class centres span them
 * @param iterations of every batch
 * @param balancedLabels every class as often as the others, instead of uniform draws
 * @param adam the optimiser
 * @param schedule of the learning rate
 * @param reinforcement local object reinforcement
 * @param statistics BatchNorm statistics loss
 * @param inception the loss on the class probabilities
 * @param marginal marginal distance constraint
 * @param checkpointSeconds least time between checkpoints within a batch
 */
public record SynthesisConfig(
    int images,
    int batch,
    int groups,
    int iterations,
    boolean balancedLabels,
    AdamConfig adam,
    Schedule schedule,
    Reinforcement reinforcement,
    Statistics statistics,
    Inception inception,
    Marginal marginal,
    double checkpointSeconds) {
  /** Checks the values. */
  public SynthesisConfig {
    Checks.atLeast("synthesis.images", images, 1);
    Checks.atLeast("synthesis.batch", batch, 2);
    Checks.atLeast("synthesis.groups", groups, 1);
    Checks.atLeast("synthesis.iterations", iterations, 1);
    Checks.between("synthesis.checkpoint-seconds", checkpointSeconds, 0, 1e9);
  }

  /** Batches that hold {@link #images}; the last may be short. */
  public int batches() {
    return (images + batch - 1) / batch;
  }

  /** Images of batch {@code index}. */
  public int batchSize(int index) {
    return Math.min(batch, images - index * batch);
  }

  /** The group of batch {@code index}, 0-based. */
  public int group(int index) {
    return (int) ((long) index * groups / batches());
  }

  /** What the schedule of the learning rate follows. */
  public enum ScheduleKind {
    /** Reduce when the total loss has not improved for a while. */
    PLATEAU,
    /** Half a cosine over the iterations. */
    COSINE
  }

  /**
   * The learning rate over the iterations.
   *
   * @param kind plateau or cosine
   * @param factor of a reduction (plateau)
   * @param patience iterations without improvement before a reduction (plateau)
   * @param patienceFor the number of iterations that {@code patience} is meant for; it scales in
   *     proportion; 0 takes it as it is
   * @param threshold relative improvement that counts (plateau)
   * @param floor smallest rate
   */
  public record Schedule(
      ScheduleKind kind,
      double factor,
      int patience,
      int patienceFor,
      double threshold,
      double floor) {
    /** Checks the values. */
    public Schedule {
      Checks.open01("synthesis.schedule.factor", factor);
      Checks.atLeast("synthesis.schedule.patience", patience, 0);
      Checks.atLeast("synthesis.schedule.patience-for", patienceFor, 0);
      Checks.between("synthesis.schedule.threshold", threshold, 0, 1);
      Checks.between("synthesis.schedule.floor", floor, 0, 1e9);
    }

    /** The patience at a number of iterations, at least 2 when scaled. */
    public int patienceAt(int iterations) {
      return patienceFor == 0
          ? patience
          : Math.max(2, (int) Math.round((double) patience * iterations / patienceFor));
    }
  }

  /** Who shares a coin that decides whether an image is cropped. */
  public enum Coin {
    /** The whole batch. */
    BATCH,
    /** Nobody: one coin an image. */
    IMAGE
  }

  /** How a crop is drawn. */
  public enum Crop {
    /** Kept side ratio uniform in [eta, 1], square; no flip. */
    SIDE,
    /** Kept area uniform in [eta, 1], aspect ratio log-uniform; flips as asked. */
    AREA
  }

  /**
   * Local object reinforcement.
   *
   * @param enabled whether it acts
   * @param probability p that a crop is used in an iteration
   * @param coin who shares the coin
   * @param crop how the box is drawn
   * @param eta lower end of the kept ratio
   * @param aspect largest aspect ratio; the smallest is its inverse
   * @param tries boxes drawn before the centred fallback
   * @param flip probability of mirroring a crop
   */
  public record Reinforcement(
      boolean enabled,
      double probability,
      Coin coin,
      Crop crop,
      double eta,
      double aspect,
      int tries,
      double flip) {
    /** Checks the values. */
    public Reinforcement {
      Checks.between("synthesis.reinforcement.probability", probability, 0, 1);
      Checks.between("synthesis.reinforcement.eta", eta, 1e-3, 1);
      Checks.between("synthesis.reinforcement.aspect", aspect, 1, 100);
      Checks.atLeast("synthesis.reinforcement.tries", tries, 1);
      Checks.between("synthesis.reinforcement.flip", flip, 0, 1);
    }
  }

  /** In which units the errors of the statistics of a layer are taken. */
  public enum StatisticsScale {
    /** As they are: a layer with large variances counts for more than all others. */
    ABSOLUTE,
    /** In the layer's own: all layers count alike. */
    LAYER
  }

  /**
   * BatchNorm statistics loss.
   *
   * @param weight factor in the total; 0 turns it off
   * @param scale units of the errors
   */
  public record Statistics(double weight, StatisticsScale scale) {
    /** Checks the values. */
    public Statistics {
      Checks.between("synthesis.statistics.weight", weight, 0, 1e9);
    }
  }

  /** The loss on the class probabilities. */
  public enum InceptionKind {
    /** Soft inception loss: the probability of the class comes near a random target. */
    SOFT,
    /** Inception loss: cross-entropy, as the methods before used. */
    CROSS_ENTROPY,
    /** None. */
    NONE
  }

  /**
   * The loss on the class probabilities.
   *
   * @param kind which
   * @param weight factor in the total
   * @param epsilon lower end of the targets
   * @param softShare probability that the target of an image is drawn from U(epsilon, 1); it is 1
   *     else
   */
  public record Inception(InceptionKind kind, double weight, double epsilon, double softShare) {
    /** Checks the values. */
    public Inception {
      Checks.between("synthesis.inception.weight", weight, 0, 1e9);
      Checks.between("synthesis.inception.epsilon", epsilon, 0, 1);
      Checks.between("synthesis.inception.soft-share", softShare, 0, 1);
    }
  }

  /**
   * Marginal distance constraint.
   *
   * @param enabled whether it acts
   * @param weight factor in the total
   * @param lower lambda_l, the smallest distance from the class centre that costs nothing
   * @param upper lambda_u, the largest
   */
  public record Marginal(boolean enabled, double weight, double lower, double upper) {
    /** Checks the values. */
    public Marginal {
      Checks.between("synthesis.marginal.weight", weight, 0, 1e9);
      Checks.between("synthesis.marginal.lower", lower, 0, 2);
      Checks.between("synthesis.marginal.upper", upper, lower, 2);
    }

    /**
     * Whether the upper margin can act at all: features after ReLU and pooling are non-negative, so
     * that distances stay within [0, 1].
     */
    public boolean upperActs() {
      return upper < 1;
    }
  }
}
