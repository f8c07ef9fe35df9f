package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the build promises to those who only want to build. */
final class BuildFilesTest {
    private static final Path POM = Path.of("..", "pom.xml");

    /** Failsafe does not know -DskipTests by itself since its version 3.6. */
    @Test
    void skippingTestsSkipsThoseWithRealProcessesToo() throws IOException {
        String pom = Files.readString(POM);
        String failsafe = pom.substring(pom.indexOf("<artifactId>maven-failsafe-plugin</artifactId>"));
        assertThat(failsafe.substring(0, failsafe.indexOf("</plugin>")))
                .contains("<skipTests>${skipTests}</skipTests>");
        assertThat(pom).contains("<skipTests>false</skipTests>");
    }

    @Test
    void theQuickBuildOfReadmeIsThereAndCompilesNoTests() throws IOException {
        assertThat(Files.readString(Path.of("..", "README.md"))).contains("mvn -ntp -Dquick package");
        assertThat(Files.readString(POM)).containsSubsequence("<name>quick</name>",
                "<maven.test.skip>true</maven.test.skip>");
    }
}
