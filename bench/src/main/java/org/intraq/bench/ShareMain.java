package org.intraq.bench;

import org.intraq.bench.guard.OwnJvm.Question;
import org.intraq.bench.guard.ShareMeter;
import org.intraq.bench.harness.ChildJvm;

/** The program of {@link org.intraq.bench.guard.OwnJvm}. */
final class ShareMain {
  private ShareMain() {}

  /** Measures what it is asked for. */
  public static void main(String[] args) {
    Question question = Question.of(args);
    double share =
        new ShareMeter(Catalogue::get, question.patience())
            .share(question.id(), question.tier(), question.enough());
    ChildJvm.answer(Double.toString(share));
  }
}
