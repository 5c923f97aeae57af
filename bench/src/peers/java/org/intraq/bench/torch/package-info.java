/**
 * The cases by PyTorch (oneDNN, MKL or OpenBLAS, its own autograd and optimisers), called through
 * JavaCPP.
 */
package org.intraq.bench.torch;
