package org.intraq.report;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** A self-contained HTML page: text, tables and pictures, nothing loaded from anywhere. */
public final class Page {
  private final StringBuilder body = new StringBuilder();
  private final String title;

  /** An empty page. */
  public Page(String title) {
    this.title = title;
    body.append("<h1>").append(escape(title)).append("</h1>\n");
  }

  /** A heading. */
  public void heading(String text) {
    body.append("<h2>").append(escape(text)).append("</h2>\n");
  }

  /** A paragraph. */
  public void text(String text) {
    body.append("<p>").append(escape(text)).append("</p>\n");
  }

  /** A picture with what it shows. */
  public void picture(byte[] png, String caption) {
    body.append("<figure><img alt=\"")
        .append(escape(caption))
        .append("\" src=\"data:image/png;base64,")
        .append(Base64.getEncoder().encodeToString(png))
        .append("\"><figcaption>")
        .append(escape(caption))
        .append("</figcaption></figure>\n");
  }

  /** A table whose first row is its head. */
  public void table(List<List<String>> rows) {
    body.append("<table>\n");
    for (int r = 0; r < rows.size(); r++) {
      String cell = r == 0 ? "th" : "td";
      body.append("<tr>");
      for (String text : rows.get(r)) {
        body.append('<').append(cell).append('>').append(escape(text));
        body.append("</").append(cell).append('>');
      }
      body.append("</tr>\n");
    }
    body.append("</table>\n");
  }

  /** The page's bytes. */
  public byte[] bytes() {
    String html =
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2.2rem; border-bottom: 1px solid #ddd; }
        figure { margin: 1rem 0; } img { max-width: 100%%; } figcaption { color: #555; font-size: .9rem; }
        table { border-collapse: collapse; } th, td { padding: .25rem .8rem; text-align: left; border-bottom: 1px solid #eee; }
        th { border-bottom: 1px solid #999; } td { font-variant-numeric: tabular-nums; }
        </style></head>
        <body>
        %s</body></html>
        """
            .formatted(escape(title), body);
    return html.getBytes(StandardCharsets.UTF_8);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
