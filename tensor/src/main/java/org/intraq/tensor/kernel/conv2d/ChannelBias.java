package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.parallel.Workers;

/** Adds one number per channel to every row: {@code y[i, c] = x[i, c] + bias[c]}. */
public final class ChannelBias {
  /** About this many elements make a task worth handing to another thread. */
  private static final int TASK_ELEMENTS = 1 << 16;

  private ChannelBias() {}

  /** Adds {@code bias} [channels] to x [rows, channels]; y may be x. */
  public static void add(
      Workers workers,
      int rows,
      int channels,
      float[] x,
      int xOffset,
      float[] bias,
      int biasOffset,
      float[] y,
      int yOffset) {
    if (channels == 0) {
      return;
    }
    int rowsPerTask = Math.max(1, TASK_ELEMENTS / channels);
    int tasks = (rows + rowsPerTask - 1) / rowsPerTask;
    workers.run(
        tasks,
        task -> {
          int end = Math.min(rows, (task + 1) * rowsPerTask);
          for (int i = task * rowsPerTask; i < end; i++) {
            addRow(
                channels, x, xOffset + i * channels, bias, biasOffset, y, yOffset + i * channels);
          }
        });
  }

  /** Plain enough for the compiler to vectorise by itself; the limit is memory. */
  private static void addRow(
      int channels, float[] x, int xAt, float[] bias, int biasAt, float[] y, int yAt) {
    for (int c = 0; c < channels; c++) {
      y[yAt + c] = x[xAt + c] + bias[biasAt + c];
    }
  }
}
