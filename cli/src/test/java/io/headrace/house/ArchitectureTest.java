package io.headrace.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.text.DecimalFormat;
import java.text.NumberFormat;
import java.time.format.DateTimeFormatter;
import java.util.Formatter;
import java.util.Locale;

/** Dependencies run one way, and only this module assembles the others. */
@AnalyzeClasses(packages = "io.headrace", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String[] CORE = {"io.headrace", "io.headrace.access..", "io.headrace.broker..",
        "io.headrace.config..", "io.headrace.format..", "io.headrace.redaction..", "io.headrace.runtime.."};

    @ArchTest
    static final ArchRule coreKnowsNobody = noClasses().that().resideInAnyPackage(CORE)
            .should().dependOnClassesThat(resideInAPackage("io.headrace..").and(resideOutsideOfPackages(CORE)));

    @ArchTest
    static final ArchRule coreKnowsNeitherRedisNorHttp = noClasses().that().resideInAnyPackage(CORE)
            .should().dependOnClassesThat()
            .resideInAnyPackage("redis.clients..", "io.vertx..", "java.net.http..", "com.sun.net..", "io.micrometer..");

    @ArchTest
    static final ArchRule workerAndApiSeeTheBrokerOnly = noClasses()
            .that().resideInAnyPackage("io.headrace.worker..", "io.headrace.api..")
            .should().dependOnClassesThat().resideInAnyPackage("io.headrace.redis..", "redis.clients..");

    @ArchTest
    static final ArchRule onlyTheCommandAssembles = noClasses().that().resideOutsideOfPackage("io.headrace.cli..")
            .should().dependOnClassesThat().resideInAPackage("io.headrace.cli..");

    @ArchTest
    static final ArchRule nothingButTheCommandKnowsTheBenchmark = noClasses()
            .that().resideOutsideOfPackages("io.headrace.cli..", "io.headrace.bench..")
            .should().dependOnClassesThat().resideInAPackage("io.headrace.bench..");

    @ArchTest
    static final ArchRule theWorkerDoesNotKnowTheApi = noClasses().that().resideInAPackage("io.headrace.worker..")
            .should().dependOnClassesThat().resideInAPackage("io.headrace.api..");

    @ArchTest
    static final ArchRule theApiDoesNotKnowTheWorker = noClasses().that().resideInAPackage("io.headrace.api..")
            .should().dependOnClassesThat().resideInAPackage("io.headrace.worker..");

    @ArchTest
    static final ArchRule aWorkerNeedsNoRegistryForPrometheus = noClasses()
            .that().resideInAPackage("io.headrace.worker..")
            .and().haveNameNotMatching(".*[.](WorkerHttp|Exemplars)([$].*)?")
            .should().dependOnClassesThat().resideInAnyPackage("io.prometheus..", "io.micrometer.prometheusmetrics..");

    @ArchTest
    static final ArchRule testsNeedCoreOnly = noClasses()
            .that().resideInAnyPackage("io.headrace.testkit..", "io.headrace.contract..")
            .should().dependOnClassesThat()
            .resideInAnyPackage("io.headrace.redis..", "io.headrace.worker..", "io.headrace.api..");

    @ArchTest
    static final ArchRule nothingThatIsShippedKnowsTheContract = noClasses()
            .that().resideOutsideOfPackage("io.headrace.contract..")
            .should().dependOnClassesThat().resideInAPackage("io.headrace.contract..");

    @ArchTest
    static final ArchRule packagesSayWhatTheyHold = classes().should()
            .resideOutsideOfPackages("..util..", "..utils..", "..common..", "..impl..", "..manager..");

    /** Implicit charsets and case mappings are refused by Error Prone already. */
    @ArchTest
    static final ArchRule nothingFollowsTheLocale = noClasses()
            .should().callMethod(String.class, "format", String.class, Object[].class)
            .orShould().callMethod(String.class, "formatted", Object[].class)
            .orShould().callMethod(Formatter.class, "format", String.class, Object[].class)
            .orShould().callMethod(PrintStream.class, "printf", String.class, Object[].class)
            .orShould().callMethod(PrintStream.class, "format", String.class, Object[].class)
            .orShould().callMethod(PrintWriter.class, "printf", String.class, Object[].class)
            .orShould().callMethod(PrintWriter.class, "format", String.class, Object[].class)
            .orShould().callMethod(DateTimeFormatter.class, "ofPattern", String.class)
            .orShould().callMethod(Locale.class, "getDefault")
            .orShould().callMethod(NumberFormat.class, "getInstance")
            .orShould().callConstructor(DecimalFormat.class, String.class);
}
