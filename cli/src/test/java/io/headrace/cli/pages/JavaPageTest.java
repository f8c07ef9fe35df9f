package io.headrace.cli.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The Java that users copy from the documentation. */
@Timeout(120)
class JavaPageTest {
    private static final String REDIS = "redis://127.0.0.1:6379";

    @TempDir
    private Path folder;

    /** Compiles a page and runs it on a Redis of its own; returns what it prints. */
    private String run(JavaPage page) throws Exception {
        assertThat(page.blocks()).isNotEmpty();
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder.resolve("redis"), 0)) {
            assertThat(page.with(REDIS, redis.url()).compile(folder)).isEmpty();
            try (URLClassLoader classes = JavaPage.classes(folder)) {
                return printed(() -> classes.loadClass(JavaPage.PROGRAM).getMethod("main", String[].class).invoke(null,
                        (Object) new String[0]));
            }
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static String printed(Step step) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            step.run();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Calls each test of a class of the page. */
    private static List<String> test(Class<?> type) throws Exception {
        List<String> passed = new ArrayList<>();
        for (Method method : type.getDeclaredMethods()) {
            if (method.isAnnotationPresent(Test.class)) {
                Constructor<?> constructor = type.getDeclaredConstructor();
                constructor.setAccessible(true);
                method.setAccessible(true);
                method.invoke(constructor.newInstance());
                passed.add(method.getName());
            }
        }
        return passed;
    }

    @Test
    void thePageOnJavaRunsAsItStands() throws Exception {
        JavaPage page = JavaPage.read(Path.of("../docs/java.md"));
        assertThat(run(page)).contains("Welcome, customer since 2026-01-31");
        try (URLClassLoader classes = JavaPage.classes(folder)) {
            assertThat(page.classes()).isNotEmpty();
            for (String name : page.classes()) {
                assertThat(test(classes.loadClass(name))).as(name).isNotEmpty();
            }
        }
    }

    @Test
    void theJavaOfTheReadmeRunsAsItStands() throws Exception {
        assertThat(run(JavaPage.read(Path.of("../README.md"), "## From Java"))).isEqualTo("6\n");
    }

    @Test
    void theJavaInWritingHandlersCompiles() throws Exception {
        List<String> blocks = new ArrayList<>(JavaPage.read(Path.of("../docs/writing-handlers.md")).blocks());
        assertThat(blocks).isNotEmpty();
        blocks.add(0, "io.headrace.broker.Broker broker = null; // the page says where it comes from");
        assertThat(new JavaPage(blocks).compile(folder)).isEmpty();
    }
}
