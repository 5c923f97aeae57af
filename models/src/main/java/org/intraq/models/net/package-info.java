/**
 * Networks as data: a {@link org.intraq.models.net.Network} is a list of typed nodes in execution
 * order, which execution, quantization, the integer compiler and export all walk. {@link
 * org.intraq.models.net.Forward} runs one on a tape.
 */
package org.intraq.models.net;
