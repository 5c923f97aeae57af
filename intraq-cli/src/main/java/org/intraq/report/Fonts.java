package org.intraq.report;

import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.TextLayout;
import java.awt.image.BufferedImage;
import java.util.Optional;

/**
 * Whether text can be drawn here: AWT needs the library fontconfig and a font, and a bare server
 * has neither.
 */
final class Fonts {
  private static final int[] STYLES = {Font.PLAIN, Font.BOLD};

  private Fonts() {}

  /**
   * Why text cannot be drawn, or nothing where it can.
   *
   * <p>Tried on one letter, because AWT has no question for it and every kind of lack throws
   * something else: {@code RuntimeException} without fontconfig, a plain {@code Error} without a
   * font, {@code LinkageError} without FreeType, and {@code NoClassDefFoundError} from then on. As
   * nothing but AWT is called here, whatever it throws is about fonts; errors of the charts
   * themselves are caught nowhere.
   */
  static Optional<String> missing() {
    try {
      BufferedImage paper = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      Graphics2D pen = paper.createGraphics();
      for (int style : STYLES) {
        Font font = new Font(Font.SANS_SERIF, style, 12);
        TextLayout text = new TextLayout("x", font, pen.getFontRenderContext());
        pen.fill(text.getOutline(null));
        text.draw(pen, 8, 16);
      }
      pen.dispose();
      return Optional.empty();
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      return Optional.of(e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }
}
