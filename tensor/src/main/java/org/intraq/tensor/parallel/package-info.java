/**
 * The thread pool whose way of splitting work never changes a result.
 *
 * <h2>What a loop costs</h2>
 *
 * Microseconds of a loop of two tasks with two threads, median, on an AMD Zen 3; the caller is busy
 * elsewhere between two loops for so long (workers spun for 100 to 150 us there):
 *
 * <table>
 * <caption>a loop</caption>
 * <tr><th>work of a task</th><th>2 us between</th><th>100 us</th><th>300 us</th></tr>
 * <tr><td>none</td><td>0.4</td><td>0.6</td><td>10.9</td></tr>
 * <tr><td>5 us</td><td>5.1</td><td>5.4</td><td>20.9</td></tr>
 * <tr><td>20 us</td><td>19.2</td><td>19.0</td><td>45.4</td></tr>
 * </table>
 *
 * <p>So a worker that spins makes tasks of 5 us worth while, and one that has parked costs more
 * than it gives where tasks take 20. Inference of one image with ResNet-20, where layers take 25
 * us, two threads: 1.36 ms without spinning, 0.85, 0.88, 0.77 with 100, 300, 1000 us (single JVMs;
 * no more can be read from them). 200 us are kept.
 */
package org.intraq.tensor.parallel;
