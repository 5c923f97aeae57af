package org.intraq.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.HelpCommand;

/** Entry point: {@code intraq COMMAND OPTIONS}. */
@Command(
    name = "intraq",
    description = "Trains, evaluates and quantizes image classifiers; quantizing needs no data.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "'intraq help COMMAND' explains a command.",
      "Exit codes: 0 done, 1 internal error, 2 wrong usage or input."
    },
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      SynthesizeCommand.class,
      QuantizeCommand.class,
      ReportCommand.class,
      CompareCommand.class,
      EvalCommand.class,
      PredictCommand.class,
      TrainCommand.class,
      InfoCommand.class,
      ConvertCommand.class,
      ExportCommand.class,
      DevicesCommand.class,
      HelpCommand.class,
    })
public final class Main {
  /** Reads the version that the build put into the jar. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"intraq " + Main.version()};
    }
  }

  private Main() {}

  /** The version of the program; "development" outside a jar. */
  static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** Runs a command and exits with its code. */
  public static void main(String[] args) {
    // Where DISPLAY is set and X is not installed, AWT would fail on the first picture it reads.
    System.setProperty("java.awt.headless", "true");
    // A container's user may have no home, which Java calls "?", and AWT would make a folder of
    // that name.
    if ("?".equals(System.getProperty("user.home"))) {
      System.setProperty("user.home", "/nonexistent");
    }
    // Numbers look the same in every country: what people read, scripts do, too.
    Locale.setDefault(Locale.ROOT);
    StandardOutput output = new StandardOutput();
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = run(output.writer(), err, args);
    if (code == 0 && output.failure() != null) {
      err.println("intraq: the output cannot be written: " + output.failure());
      code = Failures.USER;
    }
    System.exit(code);
  }

  /** Picocli asks whether there is a terminal, but not whether that one shows colours. */
  private static Ansi colours() {
    return plainTerminal() ? Ansi.OFF : Ansi.AUTO;
  }

  /** Whether the terminal, if there is one, knows no control sequences. */
  static boolean plainTerminal() {
    String terminal = System.getenv("TERM");
    return terminal == null || terminal.isEmpty() || terminal.equals("dumb");
  }

  /** Runs a command and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line =
        new CommandLine(new Main())
            .setOut(out)
            .setErr(err)
            .setColorScheme(CommandLine.Help.defaultColorScheme(colours()))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setUsageHelpLongOptionsMaxWidth(32)
            .setUsageHelpWidth(100)
            .setParameterExceptionHandler(Failures::parameter)
            .setExecutionExceptionHandler(Failures::execution);
    ConfigFile.setDefaults(line, args);
    int code;
    try {
      code = line.execute(args);
    } catch (OutOfMemoryError | StackOverflowError e) {
      code = Failures.exhausted(e, err);
    }
    out.flush();
    err.flush();
    return code;
  }
}
