package org.intraq.models.file;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a weight file holds: tensors in the file's order, unique by name, and metadata. The tensors'
 * elements stay in the file until they are asked for; nothing has to be closed.
 */
public final class TensorFile {
  private final String name;
  private final WeightFormat format;
  private final List<NamedTensor> inOrder;
  private final Map<String, NamedTensor> tensors;
  private final Map<String, String> metadata;

  TensorFile(
      String name, WeightFormat format, List<NamedTensor> tensors, Map<String, String> metadata) {
    this.name = name;
    this.format = format;
    Map<String, NamedTensor> byName = new LinkedHashMap<>();
    for (NamedTensor t : tensors) {
      if (byName.put(t.name(), t) != null) {
        throw new WeightFileException(
            name, "holds two tensors named " + WeightFileException.quote(t.name()));
      }
    }
    this.inOrder = List.copyOf(tensors);
    this.tensors = Collections.unmodifiableMap(byName);
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /** The same file with other tensors, where its own hold several in one. */
  public TensorFile withTensors(List<NamedTensor> others) {
    return new TensorFile(name, format, others, metadata);
  }

  /** The file as the user knows it. */
  public String name() {
    return name;
  }

  /** The format found in the content. */
  public WeightFormat format() {
    return format;
  }

  /** All tensors, in the file's order. */
  public List<NamedTensor> tensors() {
    return inOrder;
  }

  /** All tensors by name, in the file's order. */
  public Map<String, NamedTensor> byName() {
    return tensors;
  }

  /** The tensor of that name, if there is one. */
  public Optional<NamedTensor> find(String tensor) {
    return Optional.ofNullable(tensors.get(tensor));
  }

  /**
   * The tensor of that name.
   *
   * @throws WeightFileException when there is none
   */
  public NamedTensor tensor(String tensor) {
    NamedTensor found = tensors.get(tensor);
    if (found == null) {
      throw new WeightFileException(
          name, "holds no tensor named " + WeightFileException.quote(tensor));
    }
    return found;
  }

  /**
   * What the file says about itself besides tensors: safetensors metadata, scalars of a PyTorch
   * checkpoint (epoch, best_prec1), producer and properties of an ONNX model.
   */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** The elements of all tensors together. */
  public long elements() {
    return inOrder.stream().mapToLong(NamedTensor::size).sum();
  }

  /** The bytes of all tensors together. */
  public long sizeBytes() {
    return inOrder.stream().mapToLong(NamedTensor::sizeBytes).sum();
  }
}
