package org.intraq.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ShapeTest {
  @Test
  void aScalarHasNoDimensionsAndOneElement() {
    assertEquals(0, Shape.of().rank());
    assertEquals(1, Shape.of().size());
    assertEquals("[]", Shape.of().toString());
  }

  @Property
  void theSizeIsTheProductOfTheExtents(
      @ForAll @Size(max = 5) List<@IntRange(max = 9) Integer> drawn) {
    int[] extents = drawn.stream().mapToInt(Integer::intValue).toArray();
    Shape shape = Shape.of(extents);
    int product = 1;
    for (int axis = 0; axis < extents.length; axis++) {
      product *= extents[axis];
      assertEquals(extents[axis], shape.extent(axis));
      assertEquals(extents[axis], shape.extent(axis - extents.length), "negative axes");
    }
    assertEquals(product, shape.size());
    assertEquals(extents.length, shape.rank());
    assertArrayEquals(extents, shape.toArray());
    assertEquals(shape, Shape.of(extents));
    assertEquals(shape.hashCode(), Shape.of(extents).hashCode());
  }

  @Test
  void equalityIsOfExtentsNotOfSizes() {
    assertNotEquals(Shape.of(2, 3), Shape.of(3, 2));
    assertNotEquals(Shape.of(6), Shape.of(6, 1));
    assertNotEquals(Shape.of(0, 5), Shape.of(0, 6));
    assertEquals("[2, 32, 32, 3]", Shape.of(2, 32, 32, 3).toString());
  }

  @Test
  void theCallersArrayAndTheReturnedOneAreCopies() {
    int[] extents = {2, 3};
    Shape shape = Shape.of(extents);
    extents[0] = 9;
    shape.toArray()[1] = 9;
    assertEquals(Shape.of(2, 3), shape);
  }

  @Test
  void refusesNegativeExtentsByName() {
    Throwable failure = assertThrows(IllegalArgumentException.class, () -> Shape.of(2, -3, 0));
    assertEquals("shape: expected extents >= 0, got [2, -3, 0]", failure.getMessage());
  }

  @Test
  void refusesProductsThatOverflow() {
    assertEquals(Integer.MAX_VALUE, Shape.of(Integer.MAX_VALUE).size());
    assertThrows(IllegalArgumentException.class, () -> Shape.of(1 << 16, 1 << 15));
    // 2^64 would wrap around to zero.
    assertThrows(
        IllegalArgumentException.class, () -> Shape.of(1 << 16, 1 << 16, 1 << 16, 1 << 16));
    Throwable failure =
        assertThrows(IllegalArgumentException.class, () -> Shape.of(70_000, 70_000));
    assertTrue(failure.getMessage().contains("[70000, 70000]"), failure.getMessage());
    assertEquals(0, Shape.of(1 << 30, 1 << 30, 0).size(), "an empty tensor has no elements");
  }

  @Test
  void refusesAxesThatAreNotThere() {
    Shape shape = Shape.of(2, 3);
    assertThrows(IllegalArgumentException.class, () -> shape.extent(2));
    assertThrows(IllegalArgumentException.class, () -> shape.extent(-3));
    assertThrows(IllegalArgumentException.class, () -> Shape.of().extent(0));
  }
}
