package org.intraq.deploy;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Set;

/** What objects of this program keep in memory, found by following their fields. */
final class ResidentBytes {
  private static final String OWN = "org.intraq.";

  private ResidentBytes() {}

  /** Bytes of all arrays of numbers that can be reached, each counted once. */
  static long of(Iterable<?> roots) throws IllegalAccessException {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> open = new ArrayDeque<>();
    roots.forEach(open::add);
    long bytes = 0;
    while (!open.isEmpty()) {
      Object next = open.pop();
      if (!seen.add(next)) {
        continue;
      }
      Class<?> type = next.getClass();
      if (type.isArray()) {
        bytes += arrayBytes(next, open);
      } else if (type.getName().startsWith(OWN)) {
        addFields(next, open);
      }
    }
    return bytes;
  }

  private static long arrayBytes(Object array, Deque<Object> open) {
    Class<?> element = array.getClass().getComponentType();
    int length = Array.getLength(array);
    if (element.isPrimitive()) {
      int width =
          element == byte.class
              ? 1
              : element == short.class
                  ? 2
                  : element == long.class || element == double.class ? 8 : 4;
      return (long) width * length;
    }
    for (int i = 0; i < length; i++) {
      if (Array.get(array, i) != null) {
        open.add(Array.get(array, i));
      }
    }
    return 0;
  }

  private static void addFields(Object object, Deque<Object> open) throws IllegalAccessException {
    for (Class<?> c = object.getClass(); c != null && c != Object.class; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (!field.getType().isPrimitive() && !Modifier.isStatic(field.getModifiers())) {
          field.setAccessible(true);
          Object value = field.get(object);
          if (value != null) {
            open.add(value);
          }
        }
      }
    }
  }
}
