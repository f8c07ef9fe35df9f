package io.headrace.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.QueueName;
import io.headrace.redis.RedisProbe;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChildTest {
    private static final QueueName QUEUE = new QueueName("bench-child");

    @TempDir
    Path folder;

    @Test
    void aChildWhoseParentIsGoneEnds() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"))) {
            ProcessBuilder builder = new ProcessBuilder(Jdk.of(null).java().toString(), "-cp",
                    System.getProperty("java.class.path"), ChildMain.class.getName(), "worker", QUEUE.value(), "10",
                    "30s").redirectErrorStream(true).redirectOutput(folder.resolve("child").toFile());
            builder.environment().put("HEADRACE_REDIS", redis.url());
            Process child = builder.start();
            child.getOutputStream().close(); // as the system does for a parent that was killed
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void aChildTellsOfItselfAndItsJobsAndIsGoneWhenClosed() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"))) {
            RedisConfig config = RedisConfig.parse(redis.url());
            Child child = Child.worker(Jdk.of(null), config, QUEUE, 10, "30s");
            try (child) {
                assertThat(child.jvm().heapBytes()).isPositive();
                assertThat(child.jvm().threads()).isPositive();
                assertThat(ProcessFigures.of(child.handle()).cpuSeconds()).isPositive();
                assertThat(child.ask(Stamps.COUNT)).isEqualTo("0");
            }
            assertThat(child.handle().isAlive()).isFalse();
            assertThatThrownBy(() -> child.ask(Stamps.COUNT)).isInstanceOf(IOException.class)
                    .hasMessageContaining("worker").hasMessageContaining("ended");
        }
    }

    @Test
    void theTimeOfAllChildrenAndOfRedisIsCountedFromAMomentOn() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"))) {
            RedisConfig config = RedisConfig.parse(redis.url());
            try (RedisProbe probe = RedisProbe.connect(config);
                    Child child = Child.worker(Jdk.of(null), config, QUEUE, 10, "30s")) {
                double one = ProcessFigures.of(child.handle()).cpuSeconds();
                CpuSeconds two = CpuSeconds.of(List.of(child, child), probe, QUEUE);
                assertThat(two.children()).isGreaterThanOrEqualTo(2 * one);
                assertThat(two.redis()).isPositive();
                assertThat(two.since(two)).isEqualTo(new CpuSeconds(0, 0));
                assertThat(new CpuSeconds(3, 5).since(new CpuSeconds(1, 1)).times(2)).isEqualTo(new CpuSeconds(4, 8));
            }
        }
    }

    @Test
    void aChildThatCannotStartSaysWhy() {
        RedisConfig nowhere = RedisConfig.parse("redis-sentinel://127.0.0.1:1/nobody");
        assertThatThrownBy(() -> Child.worker(Jdk.of(null), nowhere, QUEUE, 10, "30s").close())
                .isInstanceOf(IOException.class).hasMessageContaining("worker").hasMessageContaining("did not start");
    }
}
