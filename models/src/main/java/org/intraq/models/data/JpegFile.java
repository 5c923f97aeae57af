package org.intraq.models.data;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.intraq.models.data.ImageDecoder.Refusal;

/**
 * The marker segments of a JPEG file up to its first scan, and a copy without application segments.
 *
 * <p>The copy is what the platform's decoder gets: without APPn and comments it has no profiles,
 * thumbnails or colour hints to trip over, and delivers the components as stored.
 *
 * <p>Source: ITU-T T.81, annex B.
 */
final class JpegFile {
  /**
   * An 8x8 block costs at least one bit (a one-bit code in the DC scan of a grey progressive file),
   * so a byte never holds more than 8 x 64 pixels; doubled to be safe.
   */
  static final long MAX_PIXELS_PER_BYTE = 1024;

  /** Progressive encoders write about ten scans; each costs a pass over all coefficients. */
  private static final int ORDINARY_SCANS = 16;

  private static final int SOI = 0xD8;
  private static final int EOI = 0xD9;
  private static final int SOS = 0xDA;
  private static final int APP0 = 0xE0;
  private static final int APP1 = 0xE1;
  private static final int APP14 = 0xEE;
  private static final int APP15 = 0xEF;
  private static final int COM = 0xFE;

  private final byte[] bytes;
  private final ByteArrayOutputStream stripped;
  private int position;
  private int width;
  private int height;
  private int scans;
  private int[] componentIds;
  private boolean jfif;
  private int adobeTransform = -1;
  private byte[] exif;

  private JpegFile(byte[] bytes) {
    this.bytes = bytes;
    this.stripped = new ByteArrayOutputStream(bytes.length);
  }

  static JpegFile parse(byte[] bytes) throws Refusal {
    JpegFile file = new JpegFile(bytes);
    file.copy(0, 2);
    file.position = 2;
    while (file.readSegment()) {
      // readSegment does the work.
    }
    if (file.componentIds == null) {
      throw new Refusal("JPEG without a frame header");
    }
    file.countScans();
    return file;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  int components() {
    return componentIds.length;
  }

  byte[] exif() {
    return exif;
  }

  byte[] strippedBytes() {
    return stripped.toByteArray();
  }

  /** Refuses files whose many scans would make decoding far slower than their size suggests. */
  void checkScans(long maxPixels) throws Refusal {
    if (scans > ORDINARY_SCANS && (long) width * height * scans > maxPixels * ORDINARY_SCANS / 4) {
      throw new Refusal("JPEG of %d scans, too many for its size".formatted(scans));
    }
  }

  /** Three components: says whether they are YCbCr (else RGB), by the rules libjpeg uses. */
  boolean isYcc() {
    if (jfif) {
      return true;
    }
    if (adobeTransform >= 0) {
      return adobeTransform != 0;
    }
    return !Arrays.equals(componentIds, new int[] {'R', 'G', 'B'});
  }

  /** Four components: says whether they are YCCK (else CMYK). */
  boolean isYcck() {
    return adobeTransform == 2;
  }

  /** Reads one marker segment; false after the header of the first scan. */
  private boolean readSegment() throws Refusal {
    int start = position;
    if (at(position++) != 0xFF) {
      throw new Refusal("damaged JPEG (no marker where one must be)");
    }
    int marker = at(position++);
    while (marker == 0xFF) {
      marker = at(position++);
    }
    if (marker == SOI || marker == EOI || marker < 0xC0 || (marker >= 0xD0 && marker <= 0xD7)) {
      throw new Refusal("damaged JPEG (marker 0x%02x before the first scan)".formatted(marker));
    }
    if (marker == SOS) {
      copy(start, bytes.length - start);
      return false;
    }
    int body = position + 2;
    int end = position + (at(position) << 8 | at(position + 1));
    if (end < body || end > bytes.length) {
      throw new Refusal("truncated JPEG (a header segment leaves the file)");
    }
    boolean application = (marker >= APP0 && marker <= APP15) || marker == COM;
    if (application) {
      readApplicationSegment(marker, body, end);
    } else {
      if (isFrameHeader(marker)) {
        readFrame(marker, body, end);
      }
      copy(start, end - start);
    }
    position = end;
    return true;
  }

  private static boolean isFrameHeader(int marker) {
    // C4 = Huffman tables, C8 = reserved, CC = arithmetic conditioning.
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private void readFrame(int marker, int body, int end) throws Refusal {
    if (componentIds != null) {
      throw new Refusal("damaged JPEG (two frame headers)");
    }
    if (marker > 0xC2) {
      String kind = marker >= 0xC9 ? "arithmetic-coded" : "lossless or hierarchical";
      throw new Refusal(kind + " JPEG, only baseline and progressive ones are read");
    }
    if (end - body < 6 || end - body < 6 + 3 * at(body + 5)) {
      throw new Refusal("damaged JPEG (short frame header)");
    }
    if (at(body) != 8) {
      throw new Refusal("JPEG of %d bits a sample, only 8 are read".formatted(at(body)));
    }
    height = at(body + 1) << 8 | at(body + 2);
    width = at(body + 3) << 8 | at(body + 4);
    int count = at(body + 5);
    if (count != 1 && count != 3 && count != 4) {
      throw new Refusal("JPEG of %d components, only 1, 3 and 4 are read".formatted(count));
    }
    componentIds = new int[count];
    for (int c = 0; c < count; c++) {
      componentIds[c] = at(body + 6 + 3 * c);
    }
  }

  private void readApplicationSegment(int marker, int body, int end) {
    if (marker == APP0 && hasText(body, end, "JFIF\0")) {
      jfif = true;
    } else if (marker == APP14 && end - body >= 12 && hasText(body, end, "Adobe")) {
      adobeTransform = bytes[body + 11] & 0xFF;
    } else if (marker == APP1 && exif == null && hasText(body, end, "Exif\0\0")) {
      exif = Arrays.copyOfRange(bytes, body, end);
    }
  }

  private boolean hasText(int body, int end, String text) {
    if (end - body < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (bytes[body + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Entropy-coded data never holds FF DA or FF D9: a zero follows each of its FF bytes. */
  private void countScans() throws Refusal {
    boolean ended = false;
    for (int i = position; i < bytes.length; i++) {
      int code = bytes[i - 1] == (byte) 0xFF ? bytes[i] & 0xFF : 0;
      if (code == SOS) {
        scans++;
      }
      ended = code == EOI || (ended && code != SOS);
    }
    scans++; // The first, whose marker lies before position.
    if (!ended) {
      throw new Refusal("truncated JPEG (no end marker)");
    }
  }

  private int at(int index) throws Refusal {
    if (index >= bytes.length) {
      throw new Refusal("truncated JPEG (it ends inside its header)");
    }
    return bytes[index] & 0xFF;
  }

  private void copy(int from, int length) {
    stripped.write(bytes, from, length);
  }
}
