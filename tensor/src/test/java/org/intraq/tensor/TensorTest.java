package org.intraq.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class TensorTest {
  private static final float[] VALUES = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

  @Test
  void wrappingCopiesNothing() {
    float[] values = VALUES.clone();
    Tensor tensor = Tensor.wrap(values, 3, 4);
    assertSame(values, tensor.floats());
    assertEquals(DType.F32, tensor.dtype());
    assertEquals(Device.CPU, tensor.device());
    assertEquals(12, tensor.size());
    assertEquals(4, tensor.extent(-1));
    assertEquals("F32[3, 4] on cpu", tensor.toString());
    int[] ints = {1, 2};
    assertSame(ints, Tensor.wrap(ints, 2).ints());
    byte[] bytes = {1, 2};
    assertSame(bytes, Tensor.wrap(DType.U8, bytes, 2).bytes());
    assertSame(bytes, Tensor.wrap(DType.S8, bytes, 2).bytes());
    assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(DType.F32, bytes, 2));
  }

  @Test
  void viewsShareTheStorage() {
    Tensor matrix = Tensor.wrap(VALUES.clone(), 3, 4);
    Tensor rows = matrix.slice(1, 3);
    assertEquals(Shape.of(2, 4), rows.shape());
    assertEquals(4, rows.offset());
    Tensor again = rows.slice(1, 2).reshape(2, 2);
    assertEquals(8, again.offset());
    assertSame(matrix.storage(), again.storage());
    again.floats()[again.offset() + 3] = -1;
    assertEquals(-1, matrix.floats()[11]);
    assertEquals(Shape.of(12), matrix.reshape(12).shape());
    assertEquals(Shape.of(), matrix.slice(0, 1).reshape(4).slice(2, 3).reshape().shape());
  }

  @Test
  void emptyViews() {
    Tensor matrix = Tensor.wrap(VALUES, 3, 4);
    assertEquals(Shape.of(0, 4), matrix.slice(3, 3).shape());
    assertEquals(0, matrix.slice(1, 1).size());
    Tensor none = Tensor.wrap(new float[0], 0, 4);
    assertEquals(Shape.of(0, 4), none.slice(0, 0).shape());
    assertEquals(Shape.of(7, 0), none.reshape(7, 0).shape());
  }

  @Test
  void refusesViewsThatDoNotFit() {
    Tensor matrix = Tensor.wrap(VALUES, 3, 4);
    Throwable failure = assertThrows(IllegalArgumentException.class, () -> matrix.reshape(5, 2));
    assertEquals("reshape: expected 12 elements as in [3, 4], got [5, 2]", failure.getMessage());
    assertThrows(IllegalArgumentException.class, () -> matrix.slice(-1, 2));
    assertThrows(IllegalArgumentException.class, () -> matrix.slice(2, 1));
    failure = assertThrows(IllegalArgumentException.class, () -> matrix.slice(0, 4));
    assertTrue(failure.getMessage().startsWith("slice: expected"), failure.getMessage());
    Tensor scalar = Tensor.wrap(new float[] {1});
    assertThrows(IllegalArgumentException.class, () -> scalar.slice(0, 0));
    assertThrows(IllegalArgumentException.class, () -> Tensor.wrap(VALUES, 13));
    Storage storage = matrix.storage();
    assertThrows(IllegalArgumentException.class, () -> new Tensor(storage, 1, Shape.of(12)));
    assertThrows(IllegalArgumentException.class, () -> new Tensor(storage, -1, Shape.of(2)));
    assertThrows(
        IllegalArgumentException.class,
        () -> new Tensor(storage, Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE)));
  }

  @Test
  void theWrongTypeIsToldByName() {
    Tensor matrix = Tensor.wrap(VALUES, 3, 4);
    Throwable failure = assertThrows(IllegalStateException.class, matrix::ints);
    assertEquals("tensor: expected S32, got F32[3, 4] on cpu", failure.getMessage());
    assertThrows(IllegalStateException.class, matrix::bytes);
    assertThrows(IllegalStateException.class, () -> Tensor.wrap(new int[2], 2).floats());
  }

  @Test
  void aReleasedBufferIsDeadForAllItsViews() {
    HeapStorage storage = new HeapStorage(DType.F32, 4, new float[9]);
    Tensor tensor = new Tensor(storage, 0, Shape.of(4));
    Tensor view = tensor.slice(1, 2);
    assertTrue(storage.isLive());
    assertEquals(9, ((float[]) storage.detach()).length);
    assertFalse(storage.isLive());
    Throwable failure = assertThrows(IllegalStateException.class, view::floats);
    assertTrue(failure.getMessage().contains("keep the tensor in an outer scope"));
    assertThrows(IllegalStateException.class, tensor::floats);
    assertEquals(null, storage.detach());
  }

  @Test
  void devicesHaveNames() {
    assertEquals(Device.CPU, Device.parse("cpu"));
    assertEquals(new Device("cuda", 0), Device.parse("cuda"));
    assertEquals(new Device("cuda", 3), Device.parse("cuda:3"));
    assertEquals("cuda:3", Device.parse("cuda:3").toString());
    assertEquals("cpu", Device.CPU.toString());
    for (String bad : new String[] {"", ":1", "cuda:", "cuda:x", "cuda:-1", "cuda:99999"}) {
      assertThrows(IllegalArgumentException.class, () -> Device.parse(bad), bad);
    }
  }

  @Test
  void typesHaveSizes() {
    assertEquals(4, DType.F32.bytes());
    assertEquals(4, DType.S32.bytes());
    assertEquals(1, DType.U8.bytes());
    assertEquals(1, DType.S8.bytes());
  }
}
