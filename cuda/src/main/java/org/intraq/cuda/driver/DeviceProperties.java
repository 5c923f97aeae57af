package org.intraq.cuda.driver;

/**
 * What a device is.
 *
 * @param capability compute capability times ten: 75, 80, 90
 * @param memoryBytes all of its memory
 * @param multiprocessors number of multiprocessors
 * @param sharedBytes most shared memory of a block, with {@link Driver#allowSharedBytes}
 * @param driverVersion as 12060 for 12.6
 */
public record DeviceProperties(
    String name,
    int capability,
    long memoryBytes,
    int multiprocessors,
    int sharedBytes,
    int driverVersion) {
  @Override
  public String toString() {
    return name
        + ", sm_"
        + capability
        + ", "
        + multiprocessors
        + " multiprocessors, "
        + (memoryBytes >> 20)
        + " MiB, driver for CUDA "
        + driverVersion / 1000
        + "."
        + driverVersion % 1000 / 10;
  }
}
