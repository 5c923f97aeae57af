package org.intraq.tensor.kernel.conv2d;

/** Told when rows of the output are complete, on the thread that computed them. */
@FunctionalInterface
public interface OutputRows {
  /** Nothing more to do. */
  OutputRows IGNORE = (n, first, count) -> {};

  /** Rows {@code first} .. {@code first + count - 1} of image n are written, all channels. */
  void done(int n, int first, int count);
}
