package org.intraq.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.intraq.config.ConfigException;
import org.intraq.models.data.DataException;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.names.MisfitException;
import org.intraq.models.train.Trainer;
import org.intraq.run.RunException;
import org.intraq.tensor.backend.DeviceMemoryException;
import picocli.CommandLine;

/** Exceptions become one sentence and an exit code: 2 for wrong usage or input, 1 for a defect. */
final class Failures {
  static final int INTERNAL = 1;
  static final int USER = 2;

  private Failures() {}

  /** A command line that cannot be parsed. */
  static int parameter(CommandLine.ParameterException e, String[] args) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    String command = line.getCommandSpec().qualifiedName();
    err.println(
        "intraq: "
            + oneLine(e.getMessage())
            + suggestion(e)
            + "; '"
            + command
            + " --help' lists the options");
    return USER;
  }

  /** What a word with a slip was probably meant to be. */
  private static String suggestion(CommandLine.ParameterException e) {
    return e instanceof CommandLine.UnmatchedArgumentException u && !u.getSuggestions().isEmpty()
        ? "; did you mean '" + u.getSuggestions().getFirst() + "'?"
        : "";
  }

  /** A command that failed while it ran. */
  static int execution(Exception e, CommandLine line, CommandLine.ParseResult parsed) {
    boolean verbose = CommonOptions.isVerbose(line);
    return report(e, verbose, line.getErr());
  }

  /** The JVM's heap or a thread's stack did not suffice; what was too large is unknown here. */
  static int exhausted(VirtualMachineError e, PrintWriter err) {
    err.println(
        e instanceof OutOfMemoryError
            ? "intraq: out of memory with a heap of %d MB; set INTRAQ_JAVA_OPTS=-Xmx... to allow more, or lower --batch"
                .formatted(Runtime.getRuntime().maxMemory() >> 20)
            : "intraq: the input nests too deeply");
    return USER;
  }

  /** Prints the sentence, and the stack trace if {@code verbose}. */
  static int report(Throwable e, boolean verbose, PrintWriter err) {
    String sentence = sentence(e);
    if (sentence != null) {
      err.println("intraq: " + oneLine(sentence));
    } else {
      err.println(
          "intraq: internal error: "
              + oneLine(e.toString())
              + (verbose ? "" : "; --verbose shows where"));
    }
    if (verbose) {
      e.printStackTrace(err);
    }
    return sentence != null ? USER : INTERNAL;
  }

  /** What the user can do something about; null for everything else. */
  static String sentence(Throwable e) {
    return switch (e) {
      case UserException u -> u.getMessage();
      case WeightFileException w -> w.getMessage();
      case MisfitException m -> m.getMessage();
      case DataException d -> d.getMessage();
      case Trainer.DivergedException d -> d.getMessage();
      case ConfigException c -> c.getMessage();
      case com.typesafe.config.ConfigException c -> c.getMessage();
      case RunException r -> r.getMessage();
      case DeviceMemoryException full -> full.getMessage();
      case UncheckedIOException u -> sentence(u.getCause());
      case FileSystemException f -> fileSentence(f);
      case IOException io -> "input or output failed: " + io.getMessage();
      default -> null;
    };
  }

  private static String fileSentence(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException n -> n.getFile() + ": no such file or folder";
      case AccessDeniedException a -> a.getFile() + ": permission denied";
      case FileAlreadyExistsException x -> x.getFile() + ": exists already; name another";
      default -> e.getFile() + ": " + (e.getReason() == null ? e.toString() : e.getReason());
    };
  }

  /** No line breaks and no control characters, whatever a file's names hold. */
  private static String oneLine(String text) {
    return text == null
        ? ""
        : text.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\p{Cntrl}", "?");
  }
}
