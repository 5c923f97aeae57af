/** Compilers: PTX from {@code .cu} files, and what both compilers share. */
package org.intraq.cuda.build;
