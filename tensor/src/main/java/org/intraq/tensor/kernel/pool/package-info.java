/** Maximum, average and global pooling, and the shortcut without parameters. */
package org.intraq.tensor.kernel.pool;
