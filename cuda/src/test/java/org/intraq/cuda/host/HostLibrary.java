package org.intraq.cuda.host;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intraq.cuda.driver.Args;
import org.intraq.cuda.driver.CudaException;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.driver.KernelSource;

/** The kernels of one {@code .cu} file as host code. */
@SuppressWarnings("restricted")
final class HostLibrary implements Driver.Module {
  private static final int ERROR_ROOM = 512;
  private static final Map<Path, HostLibrary> LOADED = new HashMap<>();

  private final SymbolLookup symbols;
  private final String name;

  private HostLibrary(Path library, String name) {
    // A library stays loaded: its fibers' stacks and statics live as long as the process.
    this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
    this.name = name;
  }

  static HostLibrary load(KernelSource source) {
    Path library = HostCompiler.compile(source);
    synchronized (LOADED) {
      return LOADED.computeIfAbsent(library, path -> new HostLibrary(path, source.name()));
    }
  }

  /** A kernel with the kinds of its parameters as the compiler sees them. */
  record Kernel(HostLibrary library, String name, String signature, MethodHandle handle)
      implements Driver.Function {}

  Kernel kernel(String kernel) {
    MemorySegment launch = symbol("shim_launch_" + kernel);
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                launch,
                FunctionDescriptor.ofVoid(
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT));
    return new Kernel(this, kernel, signature(kernel), handle);
  }

  private String signature(String kernel) {
    MethodHandle handle =
        Linker.nativeLinker()
            .downcallHandle(
                symbol("shim_signature_" + kernel), FunctionDescriptor.of(ValueLayout.ADDRESS));
    try {
      MemorySegment text = (MemorySegment) handle.invokeExact();
      return text.reinterpret(ERROR_ROOM).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException(kernel, e);
    }
  }

  private MemorySegment symbol(String symbol) {
    return symbols
        .find(symbol)
        .orElseThrow(
            () -> new CudaException("cuModuleGetFunction: no " + symbol + " in " + name + ".cu"));
  }

  /** Runs the kernel; one launch at a time in a library, whose shared memory is static. */
  void run(Kernel kernel, Extent grid, Extent block, int shared, Args args, int order) {
    synchronized (this) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment extents =
            arena.allocateFrom(
                ValueLayout.JAVA_INT,
                grid.x(),
                grid.y(),
                grid.z(),
                block.x(),
                block.y(),
                block.z());
        MemorySegment error = arena.allocate(ERROR_ROOM);
        kernel.handle.invokeExact(
            extents, (long) shared, pointers(arena, args.values()), order, error, ERROR_ROOM);
        String text = error.getString(0);
        if (!text.isEmpty()) {
          throw new CudaException(text);
        }
      } catch (CudaException e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(kernel.name, e);
      }
    }
  }

  private static MemorySegment pointers(Arena arena, List<Object> values) {
    MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, Math.max(1, values.size()));
    for (int i = 0; i < values.size(); i++) {
      MemorySegment value =
          switch (values.get(i)) {
            case long[] words -> arena.allocateFrom(ValueLayout.JAVA_LONG, words);
            case int[] words -> arena.allocateFrom(ValueLayout.JAVA_INT, words);
            case float[] words -> arena.allocateFrom(ValueLayout.JAVA_FLOAT, words);
            default -> throw new IllegalStateException("argument " + i);
          };
      pointers.setAtIndex(ValueLayout.ADDRESS, i, value);
    }
    return pointers;
  }
}
