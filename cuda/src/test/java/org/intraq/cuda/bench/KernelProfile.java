package org.intraq.cuda.bench;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.driver.Extent;

/**
 * Times every launch that goes through a driver by a pair of events, and adds them up by kernel.
 * Launches are apart by what the events cost, so the sum is above the time of a captured step.
 */
final class KernelProfile implements InvocationHandler {
  private record Launched(String name, Driver.Event from, Driver.Event to) {}

  private record Sum(String name, int launches, double microseconds) {}

  private final Driver driver;
  private final Map<Object, String> names = new IdentityHashMap<>();
  private final List<Launched> launched = new ArrayList<>();
  private boolean recording;

  KernelProfile(Driver driver) {
    this.driver = driver;
  }

  /** The driver to work with. */
  Driver watched() {
    return (Driver)
        Proxy.newProxyInstance(Driver.class.getClassLoader(), new Class<?>[] {Driver.class}, this);
  }

  /** From now on launches count. */
  void start() {
    recording = true;
  }

  @Override
  public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
    boolean launch = recording && method.getName().equals("launch") && arguments.length > 2;
    if (!launch) {
      Object result = call(method, arguments);
      if (method.getName().equals("function")) {
        names.put(result, (String) arguments[1]);
      }
      return result;
    }
    Driver.Stream stream = (Driver.Stream) arguments[4];
    Extent grid = (Extent) arguments[1];
    Driver.Event from = driver.createEvent();
    Driver.Event to = driver.createEvent();
    driver.record(from, stream);
    Object result = call(method, arguments);
    driver.record(to, stream);
    launched.add(new Launched(names.get(arguments[0]) + " " + grid, from, to));
    return result;
  }

  private Object call(Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(driver, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Ends the recording and gives the {@code most} costliest kernels and grids, in Markdown. */
  List<String> lines(int most) {
    recording = false;
    Map<String, Sum> sums = new TreeMap<>();
    double all = 0;
    for (Launched one : launched) {
      driver.synchronize(one.to);
      double time = 1000 * driver.milliseconds(one.from, one.to);
      all += time;
      Sum mine = new Sum(one.name, 1, time);
      sums.merge(
          one.name,
          mine,
          (a, b) -> new Sum(a.name, a.launches + 1, a.microseconds + b.microseconds));
      driver.destroy(one.from);
      driver.destroy(one.to);
    }
    double total = all;
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT, "| all %d launches | | %.0f | 100.0 %% |", launched.size(), total));
    sums.values().stream()
        .sorted((a, b) -> Double.compare(b.microseconds, a.microseconds))
        .limit(most)
        .map(
            s ->
                String.format(
                    Locale.ROOT,
                    "| %s | %d | %.0f | %.1f %% |",
                    s.name,
                    s.launches,
                    s.microseconds,
                    100 * s.microseconds / total))
        .forEach(lines::add);
    launched.clear();
    return lines;
  }
}
