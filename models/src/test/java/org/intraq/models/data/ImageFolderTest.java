package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path root;

  private static final byte[] PNG =
      TestImages.png(TestImages.buffered(TestImages.smooth(4, 5), BufferedImage.TYPE_3BYTE_BGR));

  private void images(String... names) {
    for (String name : names) {
      TestImages.write(root, name, PNG);
    }
  }

  private ImageDataset open() {
    return ImageFolder.open(root, ImageDecoder.DEFAULT);
  }

  private static List<Integer> labels(ImageDataset data) {
    return IntStream.range(0, data.size()).mapToObj(data::label).toList();
  }

  private void assertRefused(String words) {
    DataException e = assertThrows(DataException.class, this::open);
    assertTrue(e.getMessage().contains(words), e.getMessage());
    assertTrue(e.getMessage().contains(root.toString()), e.getMessage());
  }

  @Test
  void numbersAreClassIndices() {
    images("0001/b.png", "0001/a.PNG", "0996/x.jpeg", "0020/deep/er/y.jpg");
    ImageDataset data = open();
    assertEquals(List.of(1, 1, 20, 996), labels(data));
    assertEquals(997, data.classCount());
    assertTrue(data.imageName(0).endsWith("a.PNG"));
    assertEquals(5, data.load(3).width(), "the format is told by content, not by name");
  }

  @Test
  void otherNamesAreNumberedInSortedOrder() {
    images("dog/1.png", "cat/1.png", "Zebra/1.png");
    assertEquals(List.of(0, 1, 2), labels(open()));
    assertTrue(open().imageName(0).contains("Zebra"), "upper case sorts first, as in Python");
  }

  /** Left out, it would shift the classes behind it, and every figure would be wrong. */
  @Test
  void aFolderWithoutImagesAmongNamesIsRefused() throws Exception {
    images("dog/1.png", "frog/1.png");
    assertTrue(open().numberedByName());
    TestImages.write(root, "cat/1.bmp", "x");
    assertRefused("'cat' holds no .jpg, .jpeg or .png images");
  }

  @Test
  void amongNumbersItIsNotMissed() throws Exception {
    images("0/1.png", "2/1.png");
    Files.createDirectories(root.resolve("1"));
    assertEquals(List.of(0, 2), labels(open()));
    assertFalse(open().numberedByName());
  }

  @Test
  void synsetsNeedAnOrder() {
    images("n01443537/1.png", "n01440764/1.png");
    assertRefused("synsets.txt");
    TestImages.write(
        root, "synsets.txt", "n09999999 x, y\nn01440764 tench\n\nn01443537,goldfish\n");
    assertEquals(List.of(1, 2), labels(open()));
    Path order = TestImages.write(root, "other/order", "n01443537\r\nn01440764\r\n");
    assertEquals(List.of(1, 0), labels(ImageFolder.open(root, order, ImageDecoder.DEFAULT)));
    Path short1 = TestImages.write(root, "other/short", "n01443537");
    DataException e =
        assertThrows(
            DataException.class, () -> ImageFolder.open(root, short1, ImageDecoder.DEFAULT));
    assertTrue(e.getMessage().contains("n01440764"), e.getMessage());
  }

  @Test
  void allThousandSynsetsAreSorted() {
    for (int c = 0; c < 1000; c++) {
      images("n%08d/a.png".formatted(1_000_000 + 37 * c));
    }
    assertEquals(IntStream.range(0, 1000).boxed().toList(), labels(open()));
  }

  @Test
  void mixedNamesAreRefused() {
    images("0001/a.png", "cat/a.png");
    assertRefused("cat");
  }

  @Test
  void strayFilesAreReportedAndHiddenOnesIgnored() {
    images("0/a.png", "0/._a.png", ".git/x.png", "stray.jpg");
    TestImages.write(root, "0/readme.txt", "x");
    TestImages.write(root, "__MACOSX/thing.bin", "x");
    TestImages.write(root, "labels.txt", "x");
    ImageDataset data = open();
    assertEquals(1, data.size());
    List<String> skipped =
        data.skipped().stream().map(s -> root.relativize(Path.of(s.name())).toString()).toList();
    assertEquals(List.of("0/readme.txt", "__MACOSX/thing.bin", "stray.jpg"), skipped);
  }

  @Test
  void linksInCirclesAndDanglingOnesEnd() throws Exception {
    images("0/a.png");
    Files.createSymbolicLink(root.resolve("0/up"), root);
    Files.createSymbolicLink(root.resolve("0/gone.png"), root.resolve("nowhere"));
    ImageDataset data = open();
    assertEquals(1, data.size());
    assertTrue(data.skipped().size() >= 2, data.skipped().toString());
  }

  @Test
  void emptyFoldersAreRefused() throws Exception {
    assertRefused("no images");
    Files.createDirectories(root.resolve("0"));
    assertRefused("no images");
    DataException e = assertThrows(DataException.class, () -> Datasets.open(root));
    assertTrue(e.getMessage().contains("holds no data set"), e.getMessage());
  }

  @Test
  void splitFoldersAreFound() {
    images("val/0/a.png", "train/0/a.png", "train/0/b.png");
    assertEquals(1, Datasets.open(root).size());
    assertEquals(2, Datasets.open(root, Split.TRAIN).size());
  }

  private String opened(Split split) {
    return assertThrows(DataException.class, () -> Datasets.open(root, split)).getMessage();
  }

  /** Taken for classes, training and test images would be told apart, and trained on. */
  @Test
  void partsOfADataSetAreNoClasses() {
    images("training/cat/a.png", "training/dog/a.png", "testing/cat/b.png", "testing/dog/b.png");
    assertEquals(List.of(0, 1), labels(Datasets.open(root, Split.TRAIN)));
    assertTrue(Datasets.open(root).imageName(0).contains("testing"));
    images("raw/train/n01440764/a.png", "raw/val/b.png");
    root = root.resolve("raw");
    assertTrue(opened(Split.TEST).contains("holds train, val, but no folder named val or test"));
    images("only/train/n01440764/a.png");
    root = root.resolve("only");
    assertTrue(opened(Split.TEST).contains("holds train, but no folder named val"));
  }

  /** Such as the vehicle. */
  @Test
  void aClassMayBeNamedLikeAPart() {
    images("boat/a.png", "train/a.png");
    assertEquals(List.of(0, 1), labels(Datasets.open(root)));
  }

  @Test
  void aListBesideOneFolderOfImagesCounts() {
    images("images/a.png", "images/b.png");
    TestImages.write(root, "labels.csv", "image,label\na,3\nb,1\n");
    assertEquals(List.of(3, 1), labels(Datasets.open(root)));
    images("more/c.png");
    assertEquals(List.of(0, 0, 1), labels(Datasets.open(root)), "folders of classes with a list");
  }

  @Test
  void anOrderFileHoldsNothingButSynsets() {
    images("n01440764/a.png");
    TestImages.write(root, "classes.txt", "synset,name\nn01440764,tench\n");
    assertTrue(opened(Split.TEST).contains("the line 'synset,name' does not begin with"));
    TestImages.write(root, "classes.txt", "n01443537,goldfish\nn01440764,tench\n");
    assertEquals(List.of(1), labels(Datasets.open(root)));
  }

  @Test
  void singleImagesAndMissingPathsAreExplained() {
    images("a.png");
    DataException image =
        assertThrows(DataException.class, () -> Datasets.open(root.resolve("a.png")));
    assertTrue(image.getMessage().contains("single image"), image.getMessage());
    DataException none =
        assertThrows(DataException.class, () -> Datasets.open(root.resolve("none")));
    assertTrue(none.getMessage().contains("no such file"), none.getMessage());
    assertThrows(DataException.class, () -> Datasets.open("a\0b", Split.TEST));
  }
}
