package io.headrace.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** Who may know whom inside the modules: each room knows those below it, and rooms side by side not each other. */
@AnalyzeClasses(packages = "io.headrace", importOptions = DoNotIncludeTests.class)
final class FloorsTest {
    /** From the roof down; the rooms of one floor stand in one line. A room that is missing here is found below. */
    private static final List<List<List<String>>> HOUSES = List.of(
            List.of(
                    List.of("io.headrace.redaction", "io.headrace.broker"),
                    List.of("io.headrace.config", "io.headrace.access"),
                    List.of("io.headrace", "io.headrace.runtime"),
                    List.of("io.headrace.format")),
            List.of(
                    List.of("io.headrace.redis"),
                    List.of("io.headrace.redis.doctor", "io.headrace.redis.operator"),
                    List.of("io.headrace.redis.jobs"),
                    List.of("io.headrace.redis.connection"),
                    List.of("io.headrace.redis.config"),
                    List.of("io.headrace.redis.embedded")),
            List.of(
                    List.of("io.headrace.worker"),
                    List.of("io.headrace.worker.claims"),
                    List.of("io.headrace.worker.attempts", "io.headrace.worker.handlers.exec",
                            "io.headrace.worker.handlers.http"),
                    List.of("io.headrace.worker.handlers", "io.headrace.worker.threads")),
            List.of(
                    List.of("io.headrace.api"),
                    List.of("io.headrace.api.socket", "io.headrace.api.operate", "io.headrace.api.dashboard"),
                    List.of("io.headrace.api.submit"),
                    List.of("io.headrace.api.live"),
                    List.of("io.headrace.api.access", "io.headrace.api.metrics"),
                    List.of("io.headrace.api.view"),
                    List.of("io.headrace.api.http")),
            List.of(
                    List.of("io.headrace.cli"),
                    List.of("io.headrace.cli.jobs", "io.headrace.cli.top", "io.headrace.cli.server"),
                    List.of("io.headrace.cli.client"),
                    List.of("io.headrace.cli.terminal"),
                    List.of("io.headrace.cli.settings")),
            List.of(
                    List.of("io.headrace.bench"),
                    List.of("io.headrace.bench.load"),
                    List.of("io.headrace.bench.process")),
            List.of(
                    List.of("io.headrace.contract", "io.headrace.contract.fuzz", "io.headrace.contract.history"),
                    List.of("io.headrace.contract.process")),
            List.of(List.of("io.headrace.testkit")));

    @ArchTest
    static void aRoomKnowsOnlyThoseBelowIt(JavaClasses classes) {
        for (List<List<String>> floors : HOUSES) {
            for (int floor = 0; floor < floors.size(); floor++) {
                for (String room : floors.get(floor)) {
                    String[] others = floors.subList(0, floor + 1).stream().flatMap(List::stream)
                            .filter(it -> !it.equals(room)).toArray(String[]::new);
                    noClasses().that().resideInAPackage(room).should().dependOnClassesThat().resideInAnyPackage(others)
                            .check(classes);
                }
            }
        }
    }

    @ArchTest
    static void everyRoomHasItsFloor(JavaClasses classes) {
        String[] rooms = HOUSES.stream().flatMap(List::stream).flatMap(List::stream).toArray(String[]::new);
        noClasses().should().resideOutsideOfPackages(rooms).check(classes);
    }

    /** What another module asks of these goes through their roofs, or through what core says they are. */
    @ArchTest
    static void innerRoomsAreKnownInTheirModuleOnly(JavaClasses classes) {
        inner("io.headrace.redis..", "io.headrace.redis.jobs", "io.headrace.redis.operator").check(classes);
        inner("io.headrace.worker..", "io.headrace.worker.attempts", "io.headrace.worker.claims",
                "io.headrace.worker.threads", "io.headrace.worker.handlers.exec").check(classes);
        inner("io.headrace.api..", "io.headrace.api.*..").check(classes);
        inner("io.headrace.cli..", "io.headrace.cli.*..").check(classes);
        inner("io.headrace.bench..", "io.headrace.bench.*..").check(classes);
    }

    private static ArchRule inner(String module, String... rooms) {
        return noClasses().that().resideOutsideOfPackage(module).should().dependOnClassesThat()
                .resideInAnyPackage(rooms);
    }

    @ArchTest
    static final ArchRule noCycles = slices().matching("(**)").should().beFreeOfCycles();
}
