package org.intraq.models.data;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Comma-separated values with quotes; source: RFC 4180. */
final class CsvTable {
  private static final long MAX_FILE_BYTES = 1L << 26;
  private static final int MAX_FIELD_CHARS = 1 << 16;
  private static final int MAX_FIELDS = 1000;

  /** A row and the line it starts on, from 1. */
  record Row(int line, List<String> fields) {}

  private final String source;
  private final String text;
  private final List<Row> rows = new ArrayList<>();
  private int position;
  private int line = 1;

  private CsvTable(String source, String text) {
    this.source = source;
    this.text = text;
  }

  static List<Row> read(Path file) {
    return parse(file.toString(), ByteSource.readAll(file, MAX_FILE_BYTES));
  }

  /**
   * Parses a file's bytes; empty lines are left out.
   *
   * @throws DataException if it is no UTF-8, a quote is not closed, or a row or field is too long
   */
  static List<Row> parse(String source, byte[] utf8) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new DataException(source + ": no UTF-8 text; save the CSV as UTF-8", e);
    }
    CsvTable table = new CsvTable(source, text.startsWith("\uFEFF") ? text.substring(1) : text);
    while (table.position < table.text.length()) {
      table.readRow();
    }
    return table.rows;
  }

  private void readRow() {
    int start = line;
    List<String> fields = new ArrayList<>();
    boolean more = true;
    while (more) {
      if (fields.size() == MAX_FIELDS) {
        throw error(start, "a row of more than " + MAX_FIELDS + " fields");
      }
      int blanks = blanks();
      if (position + blanks < text.length() && text.charAt(position + blanks) == '"') {
        position += blanks;
        fields.add(quotedField());
        position += blanks();
        if (position < text.length() && ",\r\n".indexOf(text.charAt(position)) < 0) {
          throw error(line, "text after a closing quote");
        }
      } else {
        fields.add(plainField());
      }
      more = peek() == ',';
      if (more) {
        position++;
      }
    }
    endOfLine();
    if (fields.size() > 1 || !fields.get(0).isBlank()) {
      rows.add(new Row(start, fields));
    }
  }

  /** Blanks from here on; RFC 4180 knows none beside quotes, but people write them. */
  private int blanks() {
    int end = position;
    while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
      end++;
    }
    return end - position;
  }

  private String plainField() {
    int start = position;
    while (position < text.length() && ",\r\n".indexOf(text.charAt(position)) < 0) {
      position++;
    }
    if (position - start > MAX_FIELD_CHARS) {
      throw error(line, "a field of more than " + MAX_FIELD_CHARS + " characters");
    }
    return text.substring(start, position).strip();
  }

  private String quotedField() {
    int start = line;
    StringBuilder field = new StringBuilder();
    position++;
    while (true) {
      int c = peek();
      if (c < 0) {
        throw error(start, "a quote that is never closed");
      }
      if (field.length() > MAX_FIELD_CHARS) {
        throw error(start, "a field of more than " + MAX_FIELD_CHARS + " characters");
      }
      position++;
      if (c == '"') {
        if (peek() != '"') {
          break;
        }
        position++;
      } else if (c == '\n') {
        line++;
      }
      field.append((char) c);
    }
    return field.toString();
  }

  private void endOfLine() {
    if (peek() == '\r') {
      position++;
    }
    if (peek() == '\n') {
      position++;
    }
    line++;
  }

  private int peek() {
    return position < text.length() ? text.charAt(position) : -1;
  }

  private DataException error(int at, String what) {
    return new DataException("%s, line %d: %s".formatted(source, at, what));
  }
}
