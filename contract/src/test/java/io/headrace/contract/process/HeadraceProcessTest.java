package io.headrace.contract.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeadraceProcessTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path folder = Path.of("");

    private Path jar = Path.of("");

    /** A runnable jar of {@link ScriptedMain} alone. */
    @BeforeEach
    void packPuppet() throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, ScriptedMain.class.getName());
        String entry = ScriptedMain.class.getName().replace('.', '/') + ".class";
        jar = folder.resolve("puppet.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream packed = new JarOutputStream(file, manifest);
                InputStream puppet = Objects
                        .requireNonNull(ScriptedMain.class.getClassLoader().getResourceAsStream(entry))) {
            packed.putNextEntry(new JarEntry(entry));
            puppet.transferTo(packed);
        }
    }

    private HeadraceProcess.Launcher launcher() {
        return new HeadraceProcess.Launcher(Path.of(System.getProperty("java.home"), "bin", "java"), jar, folder);
    }

    @Test
    void outputAndExitCodeAreCaughtEachInItsPlace() throws Exception {
        try (HeadraceProcess puppet = launcher().start("p", Map.of("PUPPET", "1"), List.of("exit", "69"))) {
            assertThat(puppet.awaitExit(SOON)).isEqualTo(69);
            assertThat(puppet.alive()).isFalse();
            assertThat(puppet.out()).singleElement().asString().startsWith("out: ").endsWith(" 1");
            assertThat(puppet.err()).containsExactly("err: bye null");
            assertThat(folder.resolve("p.out")).content().startsWith("out: ");
            assertThat(folder.resolve("p.err")).content().startsWith("err: ");
        }
    }

    @Test
    void aTerminatedProcessCanCleanUp() throws Exception {
        try (HeadraceProcess puppet = launcher().start("p", "wait")) {
            assertThat(puppet.awaitOut("wait[a-z]+ 1", SOON)).isEqualTo("waiting 1");
            puppet.terminate();
            assertThat(puppet.awaitExit(SOON)).isEqualTo(143);
            assertThat(puppet.out()).contains("terminated");
        }
    }

    @Test
    void aKilledProcessCannotCleanUp() throws Exception {
        try (HeadraceProcess puppet = launcher().start("p", "wait")) {
            puppet.awaitOut("waiting", SOON);
            puppet.kill9();
            assertThat(puppet.alive()).isFalse();
            assertThat(puppet.awaitExit(SOON)).isEqualTo(137);
            assertThat(puppet.out()).doesNotContain("terminated");
        }
    }

    @Test
    void aFrozenProcessDoesNothingUntilItIsThawed() throws Exception {
        try (HeadraceProcess puppet = launcher().start("p", "wait")) {
            puppet.awaitOut("waiting", SOON);
            puppet.freeze();
            assertThat(puppet.alive()).isTrue();
            puppet.terminate();
            assertThatThrownBy(() -> puppet.awaitExit(Duration.ofMillis(300))).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("still runs after PT0.3S");
            puppet.thaw();
            assertThat(puppet.awaitExit(SOON)).isEqualTo(143);
        }
    }

    @Test
    void aPortIsAwaited() {
        int port = FreePort.find();
        try (HeadraceProcess puppet = launcher().start("p", "listen", Integer.toString(port))) {
            puppet.awaitPort(port, SOON);
        }
    }

    @Test
    void whoWaitsForWhatNeverComesIsToldWhatTheProcessSaid() throws Exception {
        try (HeadraceProcess puppet = launcher().start("p", "exit", "3")) {
            assertThatThrownBy(() -> puppet.awaitOut("ready", SOON)).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("wrote no line like 'ready'").hasMessageContaining("out: ");
            puppet.awaitExit(SOON);
            assertThatThrownBy(() -> puppet.awaitPort(FreePort.find(), SOON)).isInstanceOf(AssertionError.class)
                    .hasMessageContaining("exit code 3");
        }
    }

    @Test
    void closingLeavesNoChildRunningEvenWhenTheParentWasKilled() throws Exception {
        ProcessHandle child;
        try (HeadraceProcess puppet = launcher().start("p", "parent")) {
            long pid = Long.parseLong(puppet.awaitOut("child", SOON).substring("child ".length()));
            child = ProcessHandle.of(pid).orElseThrow();
            puppet.kill9();
            assertThat(child.isAlive()).as("kill -9 spares what it started").isTrue();
        }
        assertThat(child.isAlive()).isFalse();
    }

    @Test
    void freePortsAreGivenOnce() {
        assertThat(FreePort.find()).isNotEqualTo(FreePort.find());
    }

    @Test
    void aMissingJarIsNamed() {
        assertThatThrownBy(() -> HeadraceProcess.Launcher.in(folder)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("headrace.jar");
    }
}
