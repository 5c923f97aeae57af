package org.intraq.models.names;

import java.util.ArrayList;
import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.CifarResNet;
import org.intraq.models.zoo.CifarResNet.Shortcut;
import org.intraq.models.zoo.Settings;
import org.intraq.models.zoo.Zoo;

/**
 * The names of the well-known repositories of CIFAR ResNets, which follow torchvision's but for
 * classifier and shortcut.
 *
 * @param classifier the classifier's name
 * @param shortcut the projection's name within its block
 * @param preprocessing what these repositories train with
 */
record CifarRepositoryNames(String classifier, String shortcut, Preprocessing preprocessing)
    implements NameTable {
  /**
   * akamaster/pytorch_resnet_cifar10 and its descendants, which normalise by ImageNet's figures.
   */
  static final CifarRepositoryNames LINEAR =
      new CifarRepositoryNames("linear", "shortcut", Preprocessing.CIFAR);

  /** chenyaofo/pytorch-cifar-models and others. */
  static final CifarRepositoryNames FC = new CifarRepositoryNames("fc", "downsample", Zoo.CIFAR);

  /** The same for CIFAR-100, with the figures of its logs. */
  private static final Preprocessing FC_CIFAR100 =
      new Preprocessing(
          Zoo.CIFAR.resize(),
          Zoo.CIFAR.resizeTo(),
          Zoo.CIFAR.size(),
          Zoo.CIFAR.pad(),
          Zoo.CIFAR.channels(),
          List.of(0.507, 0.4865, 0.4409),
          List.of(0.2673, 0.2564, 0.2761));

  @Override
  public String origin() {
    return "the CIFAR repositories ('" + classifier + "')";
  }

  @Override
  public List<Architecture> candidates() {
    List<Architecture> found = new ArrayList<>();
    for (int depth : new int[] {20, 32, 44, 56, 110}) {
      for (Shortcut kind : Shortcut.values()) {
        found.add(new CifarResNet(depth, kind, Settings.cifar(10)));
      }
    }
    return found;
  }

  @Override
  public String prefix(Architecture architecture, String node) {
    return TorchvisionResNetNames.residual(NodeName.of(node), shortcut, classifier);
  }

  @Override
  public Preprocessing preprocessing(Architecture architecture) {
    boolean hundred = architecture.settings().classes() == 100;
    return equals(FC) && hundred ? FC_CIFAR100 : preprocessing;
  }
}
