package org.intraq.cli;

import java.io.PrintWriter;
import java.util.List;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.SkippedFile;
import org.intraq.models.net.Network;

/**
 * What may be wrong with images that a network is measured with, though all of them can be read.
 */
final class DataNotes {
  private DataNotes() {}

  /** Says how many images were left out when they were to be computed with. */
  static void printSkipped(List<SkippedFile> images, PrintWriter err) {
    if (!images.isEmpty()) {
      err.printf(
          "intraq: skipped %d images that cannot be used; the first: %s%n",
          images.size(), images.getFirst());
    }
  }

  /** Says what was left out when the images were listed. */
  static void printLeftOut(ImageDataset data, PrintWriter err) {
    if (!data.skipped().isEmpty()) {
      err.printf(
          "intraq: left out %d files of the data; the first: %s%n",
          data.skipped().size(), data.skipped().getFirst());
    }
  }

  /**
   * Says what was left out when the images were listed, and whose numbers may not be the network's.
   */
  static void print(ImageDataset data, Network network, PrintWriter err) {
    printLeftOut(data, err);
    if (data.numberedByName() && data.classCount() != network.classes()) {
      err.printf(
          "intraq: warning: %s: has %d classes, numbered by their sorted names, %s has %d: accuracies are wrong unless it was trained on these very classes; give class indices instead of names%n",
          data.name(), data.classCount(), network.name(), network.classes());
    }
  }
}
