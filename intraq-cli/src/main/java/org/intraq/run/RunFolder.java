package org.intraq.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.intraq.config.Presets;

/**
 * The folder of one run, held by one process at a time.
 *
 * <pre>
 *   run.json              what this is a run of: network, weights, seed, versions
 *   config.conf           every setting, each under its source
 *   options.conf          where weights and images to measure with were, for a command that resumes
 *   log.txt               what was said
 *   metrics.jsonl         one object a line for every iteration and step
 *   state.safetensors     what an interrupted run goes on from
 *   images/               batch-000.safetensors ..., contact sheets
 *   quantized-w4a4.safetensors, result-w4a4.json
 *   report.html, report/
 * </pre>
 *
 * <p>Every file but the log and the metrics is written whole and renamed; the metrics are cut back
 * to where the state stood when a run is resumed.
 */
public final class RunFolder implements AutoCloseable {
  /** The file that holds every setting. */
  public static final String CONFIG = "config.conf";

  /** The options that are no settings, such as paths, as they were last given. */
  public static final String OPTIONS = "options.conf";

  private static final String DESCRIPTION = "run.json";
  private static final String METRICS = "metrics.jsonl";
  private static final String LOG = "log.txt";

  /** The time in {@code run.json}, which belongs into no file that should come out the same. */
  public static final String STARTED = "started";

  /** The synthetic images of a run that did not make them, in {@code run.json}. */
  public static final String IMAGES_HASH = "images hash";

  /** What {@code run.json} holds that a run need not have in common with the one before. */
  private static final Set<String> ENVIRONMENT =
      Set.of("intraq", "java", "system", "device", "math", STARTED, IMAGES_HASH);

  /** What begins the metadata keys under which a quantized file keeps what its run was. */
  public static final String METADATA_PREFIX = "run.";

  private static final String NONE = "none";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final ObjectMapper LINE = new ObjectMapper();

  private final Path root;
  private final FileChannel lockFile;
  private FileChannel metrics;
  private FileChannel log;
  private boolean fresh;
  private final long opened = System.nanoTime();
  private double secondsBefore;

  private RunFolder(Path root, FileChannel lockFile) {
    this.root = root;
    this.lockFile = lockFile;
  }

  /**
   * Opens the folder for a run, or to go on with it.
   *
   * @param identity what decides the bits of the outcome; a resumed run must have the same
   * @param environment what else is worth keeping: versions, the machine
   * @param config every setting as text
   * @param resume whether the run in the folder goes on
   *     <p>A run that was killed before it had described itself is one of which nothing is there:
   *     its empty folder can be resumed, and the run begins.
   * @throws RunException if the folder cannot be written to, belongs to another process or run, is
   *     not empty although a new run begins, or does not exist although one goes on
   */
  public static RunFolder open(
      Path root,
      Map<String, String> identity,
      Map<String, String> environment,
      String config,
      boolean resume) {
    RunFolder folder = lock(root, config, resume);
    try {
      if (holdsRun(root)) {
        folder.requireSame(identity);
      } else {
        folder.fresh = true;
        folder.write(CONFIG, config);
        Map<String, String> all = new TreeMap<>(environment);
        all.putAll(identity);
        folder.writeJson(DESCRIPTION, all);
      }
      folder.metrics = folder.append(METRICS);
      folder.log = folder.append(LOG);
      Optional<RunState.Saved> state = RunState.read(folder);
      folder.truncateMetrics(state.map(RunState.Saved::metricsBytes).orElse(0L));
      folder.secondsBefore = state.map(RunState.Saved::seconds).orElse(0.0);
      return folder;
    } catch (IOException e) {
      folder.close();
      throw new UncheckedIOException(e);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** Whether a run began in a folder. */
  public static boolean holdsRun(Path root) {
    return Files.exists(root.resolve(DESCRIPTION));
  }

  /** Opens the folder of a finished or interrupted run to read from and to add files to. */
  public static RunFolder existing(Path root) {
    if (!Files.isRegularFile(root.resolve(DESCRIPTION))) {
      throw new RunException(
          root + ": holds no run (run.json is missing); name the --out folder of a run");
    }
    return new RunFolder(root, null);
  }

  private static RunFolder lock(Path root, String config, boolean resume) {
    try {
      if (Files.exists(root) && !Files.isDirectory(root)) {
        throw new RunException(root + ": is a file, not a folder; name another --out");
      }
      if (resume && !Files.exists(root)) {
        throw new RunException(
            root
                + ": no such folder, so no run to resume; name that of a run, or give no --resume");
      }
      Files.createDirectories(root);
      boolean isRun = holdsRun(root);
      if (!resume && !isEmpty(root, config)) {
        throw new RunException(
            root
                + ": is not empty; "
                + (isRun ? "give --resume to go on with its run, or name" : "name")
                + " another --out");
      }
      if (resume && !isRun && !isEmpty(root, config)) {
        throw new RunException(
            root + ": holds no run to resume (run.json is missing); name the folder of a run");
      }
      FileChannel channel =
          FileChannel.open(
              root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = tryLock(channel);
      if (held == null) {
        channel.close();
        throw new RunException(
            root
                + ": another process is running in this folder; wait for it or name another --out");
      }
      return new RunFolder(root, channel);
    } catch (AccessDeniedException e) {
      throw new RunException(root + ": permission denied; name a folder you may write to", e);
    } catch (IOException e) {
      throw new RunException(root + ": cannot be written to: " + e.getMessage(), e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  /**
   * Nothing but the lock, halves of files that a killed process left, and these very settings,
   * which are written before the description. Other settings may be the user's own.
   */
  private static boolean isEmpty(Path root, String config) throws IOException {
    if (holdsRun(root)) {
      return false;
    }
    try (Stream<Path> children = Files.list(root)) {
      return children
          .map(p -> p.getFileName().toString())
          .allMatch(
              name ->
                  name.startsWith(".")
                      || (name.equals(CONFIG) && holds(root.resolve(name), config)));
    }
  }

  private static boolean holds(Path file, String text) {
    try {
      return Files.readString(file).equals(text);
    } catch (IOException e) {
      return false;
    }
  }

  private void requireSame(Map<String, String> identity) {
    Map<String, String> theirs = readMap(DESCRIPTION);
    Set<String> keys = new TreeSet<>(theirs.keySet());
    keys.removeAll(ENVIRONMENT);
    keys.addAll(identity.keySet());
    for (String key : keys) {
      String own = identity.getOrDefault(key, NONE);
      // Runs of older versions have not written what their images were.
      String unknown = key.equals(IMAGES_HASH) ? own : NONE;
      String other = theirs.getOrDefault(key, Presets.LATER.getOrDefault(key, unknown));
      if (!other.equals(own)) {
        throw new RunException(
            root
                + ": belongs to another run: its "
                + key
                + (key.endsWith("hash") ? " differs" : " is " + other + ", not " + own)
                + "; give the same options as then, or name another --out");
      }
    }
  }

  private Map<String, String> readMap(String name) {
    try {
      Map<String, String> values = new TreeMap<>();
      JSON.readTree(Files.readAllBytes(root.resolve(name)))
          .properties()
          .forEach(e -> values.put(e.getKey(), e.getValue().asText()));
      return values;
    } catch (IOException e) {
      throw new RunException(root.resolve(name) + ": is damaged; start anew in another folder", e);
    }
  }

  /** What this is a run of. */
  public Map<String, String> identity() {
    return readMap(DESCRIPTION);
  }

  /** Seconds of work on the run, in all processes, up to what its state knows of them. */
  public double seconds() {
    return secondsBefore + (System.nanoTime() - opened) / 1e9;
  }

  /** Whether the run began when the folder was opened. */
  public boolean fresh() {
    return fresh;
  }

  /** The folder. */
  public Path root() {
    return root;
  }

  /** A file or folder within, whose parent exists afterwards. */
  public Path path(String name) {
    Path path = root.resolve(name);
    try {
      Files.createDirectories(path.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return path;
  }

  private FileChannel append(String name) throws IOException {
    FileChannel channel =
        FileChannel.open(path(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.position(channel.size());
    return channel;
  }

  /** Writes a text file whole. */
  public void write(String name, String text) {
    writeBytes(name, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a file whole. */
  public void writeBytes(String name, byte[] content) {
    Path target = path(name);
    Path temporary = target.resolveSibling("." + target.getFileName() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(
              temporary,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        put(channel, content);
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(target, e);
    }
  }

  private static RunException unwritable(Path file, IOException e) {
    String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return new RunException(
        file + ": cannot be written: " + reason + "; make room and resume with --resume", e);
  }

  /** Writes an object as JSON. */
  public void writeJson(String name, Object object) {
    write(name, json(object));
  }

  /** An object as the text of a file. */
  static String json(Object object) {
    try {
      return JSON.writeValueAsString(object) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("json of " + object, e);
    }
  }

  /** Appends an object to the metrics. */
  public void metric(Map<String, ?> object) {
    try {
      put(metrics, LINE.writeValueAsString(object) + "\n");
    } catch (IOException e) {
      throw unwritable(root.resolve(METRICS), e);
    }
  }

  /** Bytes of the metrics so far, to be kept in the state. */
  public long metricsBytes() {
    try {
      metrics.force(false);
      return metrics.position();
    } catch (IOException e) {
      throw unwritable(root.resolve(METRICS), e);
    }
  }

  /** Forgets the metrics after the first {@code bytes}: those of work that is done again. */
  public void truncateMetrics(long bytes) {
    try {
      if (metrics.size() > bytes) {
        metrics.truncate(bytes);
      }
      metrics.position(metrics.size());
    } catch (IOException e) {
      throw unwritable(root.resolve(METRICS), e);
    }
  }

  /** Appends a line to the log. */
  public void log(String line) {
    try {
      put(
          log,
          java.time.Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS)
              + "  "
              + line
              + "\n");
    } catch (IOException e) {
      throw unwritable(root.resolve(LOG), e);
    }
  }

  private static void put(FileChannel channel, String text) throws IOException {
    put(channel, text.getBytes(StandardCharsets.UTF_8));
  }

  private static void put(FileChannel channel, byte[] content) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(content);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  @Override
  public void close() {
    for (FileChannel channel : new FileChannel[] {metrics, log, lockFile}) {
      try {
        if (channel != null) {
          channel.close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
