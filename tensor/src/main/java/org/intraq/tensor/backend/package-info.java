/**
 * What a device can do, as small role interfaces on tensors; {@link
 * org.intraq.tensor.backend.Backend} joins them.
 *
 * <p>Every operation writes into tensors that the caller allocated, checks shapes and devices
 * before it writes anything, and throws {@link IllegalArgumentException} naming the operation, what
 * was expected and what came. Unless an operation says otherwise outputs must not overlap inputs.
 * "Rows" are the elements of the last dimension; "per channel" means per index of the last
 * dimension.
 */
package org.intraq.tensor.backend;
