package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvLabelsTest {
  @TempDir Path root;

  @BeforeEach
  void writeImages() {
    byte[] png =
        TestImages.png(TestImages.buffered(TestImages.smooth(4, 5), BufferedImage.TYPE_3BYTE_BGR));
    for (String name : List.of("data/a.png", "data/sub/b.png", "data/val/0007/c.d.png", "z.png")) {
      TestImages.write(root, name, png);
    }
  }

  private ImageDataset open(String csv) {
    return Datasets.open(TestImages.write(root, "data/labels.csv", csv));
  }

  private DataException refused(String csv) {
    DataException e = assertThrows(DataException.class, () -> open(csv));
    assertTrue(e.getMessage().contains("labels.csv"), e.getMessage());
    return e;
  }

  @Test
  void findsColumnsByNameAndImagesByPathOrStem() {
    ImageDataset data =
        open(
            "\uFEFFlicense,Class_Index,image\r\n\"a \"\"quoted\"\", two-line\nfield\",12,a\r\n"
                + "x,3,sub/b.png\r\n\r\nx,7,c.d\r\nx,7,c.d.png");
    assertEquals(4, data.size());
    assertEquals(12, data.label(0));
    assertEquals(13, data.classCount());
    assertTrue(data.imageName(2).endsWith("c.d.png"));
    assertEquals(4, data.load(3).height());
  }

  @Test
  void firstTwoColumnsWithoutHeader() {
    ImageDataset data = open("a.png,1\nsub/b,0");
    assertEquals(List.of(1, 0), List.of(data.label(0), data.label(1)));
  }

  @Test
  void classNamesAreNumberedInSortedOrder() {
    ImageDataset data = open("file,label\na.png,dog\nsub/b.png,cat\nc.d.png,dog\n");
    assertEquals(List.of(1, 0, 1), List.of(data.label(0), data.label(1), data.label(2)));
    assertEquals(2, data.classCount());
  }

  @Test
  void missingImagesAreReported() {
    ImageDataset data = open("image,label\na.png,1\ngone.png,2\nval/gone,3\n");
    assertEquals(1, data.size());
    assertEquals(
        List.of("gone.png", "val/gone"), data.skipped().stream().map(SkippedFile::name).toList());
    assertTrue(data.skipped().get(0).reason().contains("line 3"));
    assertTrue(refused("image,label\ngone.png,1\n").getMessage().contains("none of its 1 images"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../z.png", "sub/../../z.png", "/etc/passwd", "..", "a\0b", "../z"})
  void pathsThatLeaveTheFolderAreRefused(String path) {
    DataException e = refused("image,label\na.png,1\n" + path + ",1\n");
    assertTrue(e.getMessage().contains("line 3"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\n\n",
        "image,label\n",
        "image,label\na.png\n",
        "image,label\na.png,\n",
        "a.png\n",
        "image,label\na.png,1\nsub/b.png,-1\n",
        "image,label\na.png,1\nsub/b.png,9999999\n",
        "image,label\na.png,-1\nsub/b.png,-1\n",
        "image,label\na.png,99999999999\n",
        "image,label\na.png,3.0\nsub/b.png,4.0\n",
        "image,label\n\"a.png,1\n",
        "image,label\n\"a\"b,1\n",
        "foo,bar\na.png,1\n"
      })
  void malformedListsAreRefused(String csv) {
    refused(csv);
  }

  @Test
  void ambiguousNamesAreRefused() {
    TestImages.write(root, "data/other/c.d.jpg", "x");
    assertTrue(refused("image,label\nc.d,1\n").getMessage().contains("means both"));
    ImageDataset others = open("image,label\na,1\ngone.jpg,2\n");
    assertEquals(1, others.size(), "names that the list does not have may mean what they like");
  }

  @Test
  void indicesBesideNamesAreTheClasses() {
    for (String header : List.of("image,label,label_index", "image,label,target")) {
      ImageDataset data = open(header + "\na.png,zebra,0\nsub/b.png,apple,1\n");
      assertEquals(List.of(0, 1), List.of(data.label(0), data.label(1)), header);
    }
  }

  @Test
  void blanksBesideQuotesAreNoPartOfTheField() {
    ImageDataset data = open("image, label\n\"a.png\" , \"10\"\nsub/b.png,\t\"2\"\n");
    assertEquals(List.of(10, 2), List.of(data.label(0), data.label(1)));
    refused("image,label\na.png, \"1\" 2\n");
  }

  @Test
  void malformedTextAndEndlessRowsAreRefused() {
    Path file = TestImages.write(root, "data/x.csv", new byte[] {'a', (byte) 0xC3, ',', '1'});
    assertThrows(DataException.class, () -> Datasets.open(file));
    refused("image,label\n" + "x".repeat(70_000) + ",1\n");
    refused("image,label\n" + ",".repeat(2_000) + "\n");
  }

  @Property(tries = 200)
  void quotedFieldsSurvive(
      @ForAll @Size(min = 2, max = 5) List<@StringLength(max = 8) String> row) {
    String text =
        row.stream()
            .map(f -> '"' + f.replace("\"", "\"\"") + '"')
            .collect(Collectors.joining(",", "", "\n"));
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (!new String(utf8, StandardCharsets.UTF_8).equals(text)) {
      return; // Unpaired surrogates are no text.
    }
    assertEquals(row, CsvTable.parse("x.csv", utf8).get(0).fields());
  }

  @Property(tries = 300)
  void anyBytesAreParsedOrRefused(@ForAll byte[] bytes) {
    try {
      CsvTable.parse("x.csv", bytes).forEach(row -> assertTrue(!row.fields().isEmpty()));
    } catch (DataException e) {
      assertTrue(e.getMessage().startsWith("x.csv"), e.getMessage());
    }
  }
}
