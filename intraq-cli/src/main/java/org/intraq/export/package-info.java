/**
 * ONNX files of networks: in f32, or quantized as QuantizeLinear/DequantizeLinear pairs. The wire
 * format is Protocol Buffers; the field numbers are those of onnx.proto3.
 */
package org.intraq.export;
