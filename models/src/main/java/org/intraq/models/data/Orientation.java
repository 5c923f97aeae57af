package org.intraq.models.data;

import com.drew.imaging.jpeg.JpegSegmentType;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.util.List;

/**
 * The EXIF orientation 1..8: how a stored image must be turned to stand upright.
 *
 * <p>Source: EXIF 2.32, tag 0x0112.
 */
final class Orientation {
  private static final int UPRIGHT = 1;

  private Orientation() {}

  /**
   * Returns the orientation in an "Exif" segment, 1 (upright) if there is none or it is damaged.
   */
  static int read(byte[] exifSegment) {
    try {
      Metadata metadata = new Metadata();
      new ExifReader().readJpegSegments(List.of(exifSegment), metadata, JpegSegmentType.APP1);
      ExifIFD0Directory directory = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer value =
          directory == null ? null : directory.getInteger(ExifDirectoryBase.TAG_ORIENTATION);
      return value == null || value < 1 || value > 8 ? UPRIGHT : value;
    } catch (RuntimeException e) {
      // Damaged metadata does not make the pixels unreadable.
      return UPRIGHT;
    }
  }

  /** Returns the image turned upright. */
  static DecodedImage apply(DecodedImage image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    int h = image.height();
    int w = image.width();
    int channels = image.channels();
    boolean turned = orientation >= 5;
    int outHeight = turned ? w : h;
    int outWidth = turned ? h : w;
    byte[] out = new byte[image.pixels().length];
    for (int y = 0, o = 0; y < outHeight; y++) {
      for (int x = 0; x < outWidth; x++, o += channels) {
        int from =
            switch (orientation) {
              case 2 -> y * w + (w - 1 - x);
              case 3 -> (h - 1 - y) * w + (w - 1 - x);
              case 4 -> (h - 1 - y) * w + x;
              case 5 -> x * w + y;
              case 6 -> (h - 1 - x) * w + y;
              case 7 -> (h - 1 - x) * w + (w - 1 - y);
              default -> x * w + (w - 1 - y); // 8
            };
        System.arraycopy(image.pixels(), from * channels, out, o, channels);
      }
    }
    return new DecodedImage(outHeight, outWidth, channels, out);
  }
}
