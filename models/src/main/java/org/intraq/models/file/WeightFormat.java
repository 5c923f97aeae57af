package org.intraq.models.file;

/** The formats of weight files that are understood. */
public enum WeightFormat {
  /** safetensors. */
  SAFETENSORS("safetensors"),
  /** A zip archive of one pickle and one entry per storage, as PyTorch writes since 1.6. */
  PYTORCH_ZIP("PyTorch checkpoint (zip)"),
  /** Five pickles followed by the storages, as PyTorch wrote before 1.6. */
  PYTORCH_LEGACY("PyTorch checkpoint (legacy stream)"),
  /** The initializers of an ONNX model. */
  ONNX("ONNX initializers");

  private final String description;

  WeightFormat(String description) {
    this.description = description;
  }

  /** The format in words, for people. */
  public String description() {
    return description;
  }
}
