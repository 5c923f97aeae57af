package org.intraq.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.deploy.PlanRow;
import org.intraq.deploy.Program;

/** The steps of the integer engine as a table and as JSON. */
final class PlanTable {
  private PlanTable() {}

  static void print(PrintWriter out, Program program) {
    List<PlanRow> rows = program.rows();
    int layer = width(rows.stream().map(PlanRow::layer).toList());
    int kernel = width(rows.stream().map(PlanRow::kernel).toList());
    int bits = width(rows.stream().map(PlanRow::bits).toList());
    String head = "%-" + layer + "s  %-" + kernel + "s  %-" + bits + "s  ";
    out.printf(head + "%12s  %13s%n", "layer", "kernel", "bits", "bytes", "multiply-adds");
    for (PlanRow row : rows) {
      out.printf(head, row.layer(), row.kernel(), row.bits());
      out.printf("%,12d  %,13d%n", row.weightBytes(), row.multiplyAdds());
    }
    out.printf(
        "%d steps; weights %,d bytes, buffers %,d bytes an image; %,d multiply-adds an image%n",
        rows.size(), program.weightBytes(), program.bufferBytes(), program.multiplyAdds());
  }

  private static int width(List<String> texts) {
    return Math.max(6, texts.stream().mapToInt(String::length).max().orElse(0));
  }

  static Map<String, Object> json(Program program) {
    List<Map<String, Object>> steps = new ArrayList<>();
    for (PlanRow row : program.rows()) {
      Map<String, Object> step = new LinkedHashMap<>();
      step.put("layer", row.layer());
      step.put("kernel", row.kernel());
      step.put("bits", row.bits());
      step.put("bytes", row.weightBytes());
      step.put("multiply_adds", row.multiplyAdds());
      steps.add(step);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", program.network().name());
    object.put("weight_bytes", program.weightBytes());
    object.put("buffer_bytes", program.bufferBytes());
    object.put("multiply_adds", program.multiplyAdds());
    object.put("steps", steps);
    return object;
  }
}
