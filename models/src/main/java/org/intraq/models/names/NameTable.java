package org.intraq.models.names;

import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.zoo.Architecture;

/** One convention of naming tensors in weight files. */
interface NameTable {
  /** Whose names these are, to be read after "names as in". */
  String origin();

  /** The networks that come under these names; class and channel counts are found in the file. */
  List<Architecture> candidates();

  /**
   * The file's name of the tensors that our node {@code node} owns: what stands before {@code
   * .weight}.
   */
  String prefix(Architecture architecture, String node);

  /** What images go through, unless the file's metadata or the user say otherwise. */
  Preprocessing preprocessing(Architecture architecture);

  /**
   * Whether these names decide what shapes do not show, such as padding and eps; otherwise the
   * registry does.
   */
  default boolean decidesVariant() {
    return true;
  }

  /** The file's name of our tensor {@code tensor}. */
  default String fileName(Architecture architecture, String tensor) {
    int dot = tensor.lastIndexOf('.');
    return prefix(architecture, tensor.substring(0, dot)) + tensor.substring(dot);
  }
}
