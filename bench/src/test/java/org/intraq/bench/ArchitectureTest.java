package org.intraq.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom: the rules of the design, on the byte code of all modules. */
@AnalyzeClasses(packages = "org.intraq", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String KERNELS = "org.intraq.tensor.kernel..";

  @ArchTest
  static final ArchRule onlyKernelsUseTheVectorApi =
      noClasses()
          .that()
          .resideOutsideOfPackage(KERNELS)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector..");

  @ArchTest
  static final ArchRule onlyTheCudaModuleUsesJcuda =
      noClasses()
          .that()
          .resideOutsideOfPackage("org.intraq.cuda..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jcuda..");

  @ArchTest
  static final ArchRule kernelsSeeArraysNotTensors =
      noClasses()
          .that()
          .resideInAPackage(KERNELS)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.intraq.tensor", "org.intraq.tensor.backend..", "org.intraq.tensor.cpu..");

  @ArchTest
  static final ArchRule tensorsKnowNoGradientsLayersOrFiles =
      noClasses()
          .that()
          .resideInAPackage("org.intraq.tensor..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.intraq.autograd..", "org.intraq.models..", "java.nio.file..");

  @ArchTest
  static final ArchRule autogradKnowsNoDeviceCodeAndNoNetworks =
      noClasses()
          .that()
          .resideInAPackage("org.intraq.autograd..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.intraq.tensor.cpu..", "org.intraq.cuda..", "org.intraq.models..");

  @ArchTest
  static final ArchRule nothingButBenchmarksCallsTheCudaModuleByName =
      noClasses()
          .that()
          .resideOutsideOfPackages("org.intraq.cuda..", "org.intraq.bench..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.intraq.cuda..");

  @ArchTest
  static final ArchRule networksKnowNothingOfTheMethod =
      noClasses()
          .that()
          .resideInAPackage("org.intraq.models..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.intraq.synthesis..",
              "org.intraq.quantize..",
              "org.intraq.finetune..",
              "org.intraq.cli..",
              "org.intraq.deploy..");

  @ArchTest
  static void packagesHaveNoCycles(JavaClasses classes) {
    slices().matching("org.intraq.(**)").should().beFreeOfCycles().check(classes);
  }
}
