/** The CUDA driver as this module uses it, and its implementation on JCuda. */
package org.intraq.cuda.driver;
