package org.intraq.models.file;

/**
 * What a weight file may demand of its reader, chosen far above real checkpoints and far below
 * harm: a file that exceeds one of these is refused by name.
 */
final class Limits {
  /** Tensors in one file; the largest language models hold some ten thousand. */
  static final int TENSORS = 100_000;

  /** Dimensions of one tensor, as in NumPy. */
  static final int RANK = 64;

  /** Characters of a tensor's name or a dict's key. */
  static final int NAME_CHARS = 4096;

  /** Characters of all tensors' names together. */
  static final int ALL_NAME_CHARS = 64 << 20;

  /** Metadata entries taken out of a PyTorch checkpoint. */
  static final int METADATA = 1000;

  /** Bytes of one name or of one metadata text inside ONNX and zip structures. */
  static final int TEXT_BYTES = 1 << 20;

  /** Bytes of a safetensors header: room for {@link #TENSORS} tensors with long names. */
  static final int SAFETENSORS_HEADER_BYTES = 32 << 20;

  /** Bytes of one pickle, which holds names and shapes but no tensor data. */
  static final int PICKLE_BYTES = 64 << 20;

  /** Opcodes executed plus items copied in one pickle; a tensor takes about 40. */
  static final int PICKLE_STEPS = 2_000_000;

  /** Highest memo slot of a pickle. */
  static final int PICKLE_MEMO = 1_000_000;

  /** Depth of nested containers that are searched for tensors. */
  static final int DEPTH = 32;

  /** Entries of a zip archive: one per storage, and a few more. */
  static final int ZIP_ENTRIES = 2 * TENSORS;

  /** Inflated bytes that are allowed whatever the ratio, and the ratio allowed beyond them. */
  static final long INFLATED_FREE_BYTES = 64L << 20;

  static final int INFLATED_RATIO = 64;

  /** Elements that a view with overlapping strides (an expanded tensor) may show. */
  static final long EXPANDED_ELEMENTS = 1 << 20;

  /** All tensors together may show the bytes of the file this many times over. */
  static final int VIEW_RATIO = 16;

  private Limits() {}

  /** Whether {@code inflated} bytes out of {@code compressed} ones look like a zip bomb. */
  static boolean bomb(long compressed, long inflated) {
    return inflated - INFLATED_FREE_BYTES > compressed * INFLATED_RATIO;
  }
}
