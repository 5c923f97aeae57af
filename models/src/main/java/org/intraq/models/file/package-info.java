/**
 * Weight files, read directly in Java: safetensors (read and written), PyTorch checkpoints (zip and
 * legacy stream) and ONNX initializers.
 *
 * <p>{@link org.intraq.models.file.WeightFiles#open} looks at a file's content, never at its name,
 * and gives a {@link org.intraq.models.file.TensorFile}: names, element types, shapes, metadata.
 * Tensor data stays in the file until it is asked for.
 *
 * <pre>
 *   WeightFiles ── sniff ──┬─ SafetensorsReader ──────── JSON header ─────┐
 *                          ├─ PyTorchCheckpointReader                     │
 *                          │    ZipArchive | legacy stream                ├─ NamedTensor ── TensorBytes
 *                          │    └─ PickleMachine (data only)              │                 (range | strided view | varints)
 *                          └─ OnnxInitializerReader ─── ProtoReader ──────┘
 *                               all over ByteSource (file | memory | slice)
 * </pre>
 *
 * <p>Files are treated as hostile. Every length is checked against what the file really holds
 * before anything is allocated; counts, depths and expansion ratios have fixed {@link
 * org.intraq.models.file.Limits limits}; pickles are interpreted as data by a machine that knows a
 * fixed set of opcodes and globals and runs nothing. Whatever is wrong ends in one {@link
 * org.intraq.models.file.WeightFileException} whose message is one line: the file and the reason.
 */
package org.intraq.models.file;
