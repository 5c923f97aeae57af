package org.intraq.run;

/** Where a run tells people what it does. */
public interface Console {
  /** Says nothing. */
  Console SILENT =
      new Console() {
        @Override
        public void status(String text) {}

        @Override
        public void detail(String text) {}

        @Override
        public void line(String text) {}

        @Override
        public void warn(String text) {}
      };

  /** What is being done at this moment; replaces the status before. */
  void status(String text);

  /** A line that belongs to the course of a run; a pipe does not want it. */
  void detail(String text);

  /** A line that everybody wants. */
  void line(String text);

  /** Something that is not as it should be. */
  void warn(String text);
}
