package org.intraq.export;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** One message of the wire format, field by field. */
final class Message {
  private interface Write {
    void to(CodedOutputStream out) throws IOException;
  }

  private final ByteString.Output bytes = ByteString.newOutput();
  private final CodedOutputStream out = CodedOutputStream.newInstance(bytes);

  private Message write(Write write) {
    try {
      write.to(out);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Message number(int field, long value) {
    return write(o -> o.writeInt64(field, value));
  }

  Message real(int field, float value) {
    return write(o -> o.writeFloat(field, value));
  }

  Message text(int field, String value) {
    return write(o -> o.writeString(field, value));
  }

  Message bytes(int field, byte[] value) {
    return write(o -> o.writeByteArray(field, value));
  }

  Message message(int field, Message value) {
    ByteString content = value.toBytes();
    return write(o -> o.writeBytes(field, content));
  }

  ByteString toBytes() {
    write(CodedOutputStream::flush);
    return bytes.toByteString();
  }
}
