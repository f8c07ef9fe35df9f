package io.headrace.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.PayloadMapper;
import io.headrace.worker.Rig;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class PluginFolderTest {
    private static final String SERVICES = "META-INF/services/io.headrace.JobHandler";

    @TempDir
    Path folder = Path.of("replaced");

    @TempDir
    Path work = Path.of("replaced");

    @Test
    void aHandlerInAJarRunsJobsWithItsOwnClassLoader() {
        jar("greet.jar", "Greeter", "greet", true);
        List<Handlers.Registered> loaded = PluginFolder.load(folder);

        Rig rig = new Rig(1, loaded.get(0).handler());
        JobId id = rig.enqueue(NewJob.of("default", "greet", "Ada").build());
        rig.claimLoop.claimRound();

        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.job(id).document().history().result()).isEqualTo(Json.of("hello Ada"));
        assertThat(loaded.get(0).loader()).isNotNull().isNotEqualTo(getClass().getClassLoader());
    }

    @Test
    void twoHandlersForOneTypeAreBothNamed() {
        jar("a.jar", "First", "greet", true);
        jar("b.jar", "Second", "greet", true);
        List<Handlers.Registered> loaded = PluginFolder.load(folder);

        assertThatThrownBy(() -> new Handlers(loaded, PayloadMapper.DEFAULT)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("greet").hasMessageContaining("First of a.jar")
                .hasMessageContaining("Second of b.jar");
    }

    @Test
    void aJarWithoutHandlersIsNamed() {
        jar("empty.jar", "Forgotten", "greet", false);

        assertThatThrownBy(() -> PluginFolder.load(folder)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("empty.jar").hasMessageContaining(SERVICES);
    }

    @Test
    void aHandlerThatCannotBeMadeIsNamed() {
        writeJar("broken.jar", List.of(), "no.such.Handler");

        assertThatThrownBy(() -> PluginFolder.load(folder)).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("broken.jar").hasMessageContaining("no.such.Handler");
    }

    @Test
    void aFolderWithoutJarsIsWarnedAbout() {
        Logger logger = (Logger) LoggerFactory.getLogger(PluginFolder.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            assertThat(PluginFolder.load(folder)).isEmpty();
        } finally {
            logger.detachAppender(log);
        }
        assertThat(log.list).hasSize(1).allSatisfy(event -> {
            assertThat(event.getLevel()).isEqualTo(Level.WARN);
            assertThat(event.getFormattedMessage()).contains("no jars").endsWith("folder=" + folder);
        });
    }

    @Test
    void theClassThatTheDocumentationShowsRuns() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "writing-handlers.md"));
        String source = page.substring(page.indexOf("package com.example;"));
        compile("Shout", source.substring(0, source.indexOf("```")));
        writeJar("shout.jar", List.of("com/example/Shout.class"), "com.example.Shout");

        Rig rig = new Rig(1, PluginFolder.load(folder).get(0).handler());
        JobId id = rig.enqueue(NewJob.of("default", "shout", "hi").build());
        rig.claimLoop.claimRound();

        assertThat(rig.job(id).document().history().result()).isEqualTo(Json.of("HI"));
    }

    @Test
    void aFolderThatDoesNotExistIsNamed() {
        assertThatThrownBy(() -> PluginFolder.load(folder.resolve("nowhere"))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("nowhere");
    }

    private void jar(String name, String className, String type, boolean announced) {
        String source = """
                public final class %s implements io.headrace.JobHandler<String> {
                    public io.headrace.JobType type() { return new io.headrace.JobType("%s"); }
                    public Class<String> payloadType() { return String.class; }
                    public Object run(String name, io.headrace.JobContext context) { return "hello " + name; }
                }
                """.formatted(className, type);
        compile(className, source);
        writeJar(name, List.of(className + ".class"), announced ? className : "");
    }

    private void compile(String className, String source) {
        try {
            Path file = work.resolve(className + ".java");
            Files.writeString(file, source);
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            assertThat(compiler).as("tests run on a JDK").isNotNull();
            int code = compiler.run(null, null, null, "-cp", System.getProperty("java.class.path"), "-d",
                    work.toString(), file.toString());
            assertThat(code).isZero();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeJar(String name, List<String> classes, String announced) {
        try (OutputStream out = Files.newOutputStream(folder.resolve(name));
                JarOutputStream jar = new JarOutputStream(out)) {
            for (String file : classes) {
                jar.putNextEntry(new JarEntry(file));
                jar.write(Files.readAllBytes(work.resolve(file)));
            }
            if (!announced.isEmpty()) {
                jar.putNextEntry(new JarEntry(SERVICES));
                jar.write(announced.getBytes(StandardCharsets.UTF_8));
            }
            jar.putNextEntry(new JarEntry("README"));
            jar.write("a test".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
