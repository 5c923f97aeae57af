package org.intraq.tensor.backend;

/**
 * Work that is run again and again on the same tensors; made by {@link Backend#repeated}.
 *
 * <p>A device may record what one run submits and later submit the record in its place. Every run
 * must therefore submit the same operations with the same arguments, give back what it allocates,
 * leave its results in tensors that outlive it, and copy nothing from or to the host. What changes
 * from run to run is uploaded before it, into tensors that the work reads.
 */
public interface RepeatedWork extends AutoCloseable {
  /** Runs the work, or what was recorded of it. */
  void run();

  @Override
  void close();
}
