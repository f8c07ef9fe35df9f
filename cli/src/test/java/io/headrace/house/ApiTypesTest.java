package io.headrace.house;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What users may touch is a list: who makes a type public in one of these rooms adds it there, knowing that it is a
 * promise.
 */
@AnalyzeClasses(packages = "io.headrace", importOptions = DoNotIncludeTests.class)
final class ApiTypesTest {
    private static final Path LIST = Path.of("src/test/resources/io/headrace/house/api-types.txt");
    /** All that is public there is for users; elsewhere it is only what the list names. */
    private static final Set<String> ROOMS = Set.of("io.headrace", "io.headrace.access", "io.headrace.broker",
            "io.headrace.redis", "io.headrace.redis.config", "io.headrace.worker", "io.headrace.api",
            "io.headrace.testkit");

    @ArchTest
    static void whatUsersMayTouchIsOnTheList(JavaClasses classes) {
        List<String> listed = listed();
        Set<String> found = classes.stream().filter(it -> ROOMS.contains(it.getPackageName()) && isTopLevel(it))
                .map(JavaClass::getName).collect(toCollection(TreeSet::new));
        listed.stream().filter(it -> !ROOMS.contains(it.substring(0, it.lastIndexOf('.'))))
                .filter(it -> classes.contain(it) && isTopLevel(classes.get(it))).forEach(found::add);
        assertThat(listed).containsExactlyElementsOf(found);
    }

    static boolean isListed(JavaClass type) {
        return listed().contains(type.getName());
    }

    private static List<String> listed() {
        try {
            return Files.readAllLines(LIST);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isTopLevel(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC) && type.isTopLevelClass();
    }
}
