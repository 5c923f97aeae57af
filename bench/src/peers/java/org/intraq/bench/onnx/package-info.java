/** Inference by ONNX Runtime, on networks that are written in its file format here. */
package org.intraq.bench.onnx;
