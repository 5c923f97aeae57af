package org.intraq.tensor.kernel.conv2d;

/** Told when a block of the output is complete, on the thread that computed it. */
public interface OutputRows {
  /** Nothing more to do. */
  OutputRows IGNORE =
      new OutputRows() {
        @Override
        public boolean allChannels() {
          return false;
        }

        @Override
        public void done(int n, int first, int count, int channel, int channels) {}
      };

  /** Whether rows are wanted with all of their channels at once. */
  boolean allChannels();

  /**
   * Rows {@code first} .. {@code first + count - 1} of image n are written: {@code channels} of
   * their channels from {@code channel} on.
   */
  void done(int n, int first, int count, int channel, int channels);
}
