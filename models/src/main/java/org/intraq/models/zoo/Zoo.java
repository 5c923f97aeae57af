package org.intraq.models.zoo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.net.Network;
import org.intraq.models.zoo.CifarResNet.Shortcut;
import org.intraq.models.zoo.ResNet.StrideAt;

/**
 * The networks by the names users know.
 *
 * <table>
 *   <caption>Names</caption>
 *   <tr><th>name</th><th>network</th></tr>
 *   <tr><td>{@code resnet20_cifar10}, {@code resnet20_cifar100}; 32, 44, 56</td>
 *       <td>pytorchcv's, with projection shortcuts</td></tr>
 *   <tr><td>{@code resnet20a_cifar10}, {@code resnet20a_cifar100}; 32, 44, 56</td>
 *       <td>with parameter-free shortcuts (option A), as in the paper's experiments</td></tr>
 *   <tr><td>{@code resnet20_fashion}; 32, 44, 56</td>
 *       <td>as {@code resnet20_cifar10} with one input channel: 28x28 grey images with a border of 2
 *       </td></tr>
 *   <tr><td>{@code resnet18}, {@code resnet34}, {@code resnet50}, {@code resnet50b}</td>
 *       <td>ImageNet; b: stride in the 3x3 convolution, as torchvision's</td></tr>
 *   <tr><td>{@code mobilenet_w1}, {@code _w3d4}, {@code _wd2}, {@code _wd4}</td>
 *       <td>MobileNetV1 of width 1, 3/4, 1/2, 1/4</td></tr>
 *   <tr><td>{@code mobilenetv2_w1}, {@code _w3d4}, {@code _wd2}, {@code _wd4}</td>
 *       <td>MobileNetV2</td></tr>
 * </table>
 *
 * <p>A weight file may call for a variant of the network it is named after, such as another
 * shortcut or padding; see {@link org.intraq.models.names.Pretrained}.
 */
public final class Zoo {
  /**
   * One name.
   *
   * @param preprocessing what its images go through unless the weight file says otherwise
   */
  public record Entry(String name, Architecture architecture, Preprocessing preprocessing) {
    /** The network. */
    public Network network() {
      return architecture.build(name);
    }
  }

  /** CIFAR's own channel statistics, which most CIFAR networks are trained with. */
  public static final Preprocessing CIFAR =
      new Preprocessing(
          Preprocessing.Resize.NONE,
          0,
          32,
          0,
          3,
          List.of(0.4914, 0.4822, 0.4465),
          List.of(0.2023, 0.1994, 0.2010));

  /** 28x28 grey images with a border of 2, by Fashion-MNIST's mean and deviation. */
  public static final Preprocessing FASHION =
      new Preprocessing(Preprocessing.Resize.NONE, 0, 32, 2, 1, List.of(0.286), List.of(0.353));

  private static final Map<String, Entry> ENTRIES = new LinkedHashMap<>();

  static {
    for (int depth : new int[] {20, 32, 44, 56}) {
      for (int classes : new int[] {10, 100}) {
        Settings settings = Settings.cifar(classes);
        add(
            "resnet" + depth + "_cifar" + classes,
            new CifarResNet(depth, Shortcut.PROJECTION, settings),
            CIFAR);
        add(
            "resnet" + depth + "a_cifar" + classes,
            new CifarResNet(depth, Shortcut.PARAMETER_FREE, settings),
            CIFAR);
      }
      add(
          "resnet" + depth + "_fashion",
          new CifarResNet(depth, Shortcut.PROJECTION, Settings.cifar(10).withChannels(1)),
          FASHION);
    }
    for (int depth : new int[] {18, 34, 50}) {
      addImageNet("resnet" + depth, new ResNet(depth, StrideAt.FIRST, Settings.imagenet()));
    }
    addImageNet("resnet50b", new ResNet(50, StrideAt.MIDDLE, Settings.imagenet()));
    for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
      addImageNet("mobilenet_" + Width.suffix(width), MobileNetV1.torch(width));
    }
    for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
      addImageNet("mobilenetv2_" + Width.suffix(width), MobileNetV2.torch(width));
    }
  }

  private Zoo() {}

  private static void addImageNet(String name, Architecture architecture) {
    add(name, architecture, Preprocessing.IMAGENET);
  }

  private static void add(String name, Architecture architecture, Preprocessing preprocessing) {
    ENTRIES.put(name, new Entry(name, architecture, preprocessing));
  }

  /** All names, family by family. */
  public static List<String> names() {
    return List.copyOf(ENTRIES.keySet());
  }

  /** The network of that name, if there is one. */
  public static Optional<Entry> find(String name) {
    return Optional.ofNullable(ENTRIES.get(name));
  }

  /**
   * The network of that name.
   *
   * @throws IllegalArgumentException listing the names there are
   */
  public static Entry get(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "model: expected one of "
                        + String.join(", ", names())
                        + ", got '"
                        + name
                        + "'"));
  }

  /** The first name whose network {@code architecture} is or is a variant of. */
  public static Optional<Entry> naming(Architecture architecture) {
    Optional<Entry> exact =
        ENTRIES.values().stream().filter(e -> e.architecture.equals(architecture)).findFirst();
    return exact.or(
        () ->
            ENTRIES.values().stream()
                .filter(e -> architecture.isVariantOf(e.architecture))
                .findFirst());
  }
}
