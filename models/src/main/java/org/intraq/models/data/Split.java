package org.intraq.models.data;

/** Which part of a data set that ships in two parts is meant. */
public enum Split {
  /**
   * The images to train on: {@code train-*} idx files, {@code data_batch_*.bin}, {@code train/}.
   */
  TRAIN,
  /** The held-out images: {@code t10k-*} idx files, {@code test_batch.bin}, {@code val/}. */
  TEST
}
