package org.intraq.tensor.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private final Backend backend = new CpuBackend(1);
  private final MemoryOps memory = backend.memory();

  @AfterEach
  void everyBufferWasGivenBack() {
    assertEquals(0, memory.liveStorages(), "leaked storages");
    assertEquals(0, memory.liveBytes(), "leaked bytes");
    backend.close();
  }

  @Test
  void closingGivesEverythingBack() {
    Tensor y;
    try (Scope scope = new Scope(backend, "step")) {
      y = scope.f32(2, 3);
      scope.s32(5);
      scope.allocate(DType.U8, Shape.of(7));
      assertEquals(3, scope.liveBuffers());
      assertEquals(3, memory.liveStorages());
      assertTrue(memory.liveBytes() >= 24 + 20 + 7);
      assertTrue(scope.owns(y));
      assertTrue(scope.owns(y.slice(0, 1)));
      assertSame(backend, scope.backend());
    }
    assertFalse(y.storage().isLive());
    assertThrows(IllegalStateException.class, y::floats);
  }

  @Test
  void closedScopesHandOutNothing() {
    Scope scope = new Scope(backend, "over");
    scope.f32(4);
    scope.close();
    scope.close();
    assertEquals(0, scope.liveBuffers());
    Throwable failure = assertThrows(IllegalStateException.class, () -> scope.f32(2, 3));
    assertEquals(
        "scope 'over': expected an open scope to allocate F32[2, 3], got a closed one",
        failure.getMessage());
  }

  @Test
  void aSecondStepReusesTheFirstOnesBuffers() {
    Set<float[]> buffers = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int step = 0; step < 5; step++) {
      try (Scope scope = new Scope(backend, "step " + step)) {
        buffers.add(scope.f32(100, 100).floats());
        buffers.add(scope.f32(100, 100).floats());
      }
    }
    assertEquals(2, buffers.size(), "two live tensors, two buffers, in every step the same");
    assertTrue(memory.peakBytes() >= 2 * 40_000 && memory.peakBytes() < 3 * 40_000);
    memory.resetPeak();
    assertEquals(0, memory.peakBytes());
  }

  @Test
  void useAfterReleaseThrowsAndSoDoesASecondRelease() {
    try (Scope scope = new Scope(backend, "step")) {
      Tensor x = scope.of(new float[] {1, 2, 3}, 3);
      Tensor kept = scope.of(new float[] {4, 5, 6}, 3);
      Tensor view = x.slice(0, 2);
      scope.release(x);
      assertFalse(scope.owns(x));
      assertThrows(IllegalStateException.class, x::floats);
      assertThrows(IllegalStateException.class, view::floats);
      Throwable failure = assertThrows(IllegalStateException.class, () -> scope.release(x));
      assertTrue(failure.getMessage().startsWith("scope 'step': release of"));
      assertThrows(IllegalStateException.class, () -> memory.release(x.storage()));
      Throwable dead =
          assertThrows(
              IllegalArgumentException.class, () -> backend.elementwise().multiply(kept, x, kept));
      assertTrue(dead.getMessage().contains("live buffer"), dead.getMessage());
      assertArrayEquals(new float[] {4, 5, 6}, memory.toArray(kept), "state unchanged");
      assertEquals(1, memory.liveStorages());
    }
  }

  @Test
  void anOldTensorNeverSeesTheBufferThatANewOneReuses() {
    try (Scope scope = new Scope(backend, "step")) {
      Tensor old = scope.zeros(Shape.of(64));
      scope.release(old);
      Tensor fresh = scope.f32(64);
      assertTrue(fresh.storage().isLive());
      assertFalse(old.storage().isLive());
      assertThrows(IllegalStateException.class, old::floats);
    }
  }

  @Test
  void movedTensorsSurvive() {
    try (Scope outer = new Scope(backend, "outer")) {
      Tensor kept;
      try (Scope inner = new Scope(backend, "inner")) {
        kept = inner.moveTo(outer, inner.of(new float[] {1, -2}, 2));
        assertEquals(0, inner.liveBuffers());
        assertTrue(outer.owns(kept));
        assertThrows(IllegalStateException.class, () -> inner.moveTo(outer, kept));
      }
      assertArrayEquals(new float[] {1, -2}, memory.toArray(kept));
    }
  }

  @Test
  void tensorsDoNotMoveToClosedOrForeignScopes() {
    try (Scope scope = new Scope(backend, "here");
        Backend other = new CpuBackend(1);
        Scope foreign = new Scope(other, "there")) {
      Scope closed = new Scope(backend, "over");
      closed.close();
      Tensor x = scope.f32(3);
      Throwable failure = assertThrows(IllegalStateException.class, () -> scope.moveTo(closed, x));
      assertTrue(failure.getMessage().endsWith("got the closed scope 'over'"));
      assertThrows(IllegalStateException.class, () -> scope.moveTo(foreign, x));
      assertTrue(scope.owns(x), "the tensor stays where it is");
    }
  }

  @Test
  void initialContents() {
    try (Scope scope = new Scope(backend, "step")) {
      Tensor dirty = scope.of(new float[] {1, 2, 3, 4}, 4);
      scope.release(dirty);
      assertArrayEquals(new float[4], memory.toArray(scope.zeros(Shape.of(2, 2))));
      Tensor labels = scope.of(new int[] {7, -8}, 2);
      int[] read = new int[2];
      memory.download(labels, read, 0);
      assertArrayEquals(new int[] {7, -8}, read);
      assertEquals(Shape.of(0, 3), scope.f32(0, 3).shape());
      assertEquals(2.5f, memory.item(scope.of(new float[] {2.5f}, 1)));
      assertThrows(IllegalArgumentException.class, () -> memory.item(labels.reshape(2)));
    }
  }

  @Test
  void aScopeThatFailsHalfwayStillGivesBack() {
    assertThrows(
        IllegalArgumentException.class,
        () -> {
          try (Scope scope = new Scope(backend, "fails")) {
            Tensor a = scope.f32(3);
            Tensor b = scope.f32(4);
            backend.elementwise().multiply(a, b, a);
          }
        });
  }

  @Test
  void layoutsChangeAndComeBack() {
    try (Scope scope = new Scope(backend, "layout")) {
      float[] values = new float[2 * 3 * 4 * 5];
      for (int i = 0; i < values.length; i++) {
        values[i] = i;
      }
      Tensor planes = scope.of(values, 2, 3, 4, 5);
      Tensor pixels = scope.f32(2, 4, 5, 3);
      memory.nchwToNhwc(planes, pixels);
      // Element [1, 2, 3, 1] of NHWC is [1, 1, 2, 3] of NCHW.
      assertEquals(
          values[((1 * 3 + 1) * 4 + 2) * 5 + 3],
          pixels.floats()[((1 * 4 + 2) * 5 + 3) * 3 + 1 + pixels.offset()]);
      Tensor back = scope.f32(2, 3, 4, 5);
      memory.nhwcToNchw(pixels, back);
      assertArrayEquals(values, memory.toArray(back));
      assertThrows(IllegalArgumentException.class, () -> memory.nchwToNhwc(planes, back));
    }
  }
}
