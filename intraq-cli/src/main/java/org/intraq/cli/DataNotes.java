package org.intraq.cli;

import java.io.PrintWriter;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.net.Network;

/**
 * What may be wrong with images that a network is measured with, though all of them can be read.
 */
final class DataNotes {
  private DataNotes() {}

  /**
   * Says what was left out when the images were listed, and whose numbers may not be the network's.
   */
  static void print(ImageDataset data, Network network, PrintWriter err) {
    if (!data.skipped().isEmpty()) {
      err.printf(
          "intraq: left out %d files of the data; the first: %s%n",
          data.skipped().size(), data.skipped().getFirst());
    }
    if (data.numberedByName() && data.classCount() != network.classes()) {
      err.printf(
          "intraq: warning: %s: has %d classes, numbered by their sorted names, %s has %d: accuracies are wrong unless it was trained on these very classes; give class indices instead of names%n",
          data.name(), data.classCount(), network.name(), network.classes());
    }
  }
}
