package io.headrace.redis;

import io.headrace.contract.BrokerContract;
import io.headrace.contract.BrokerFixture;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** The contract on the versions people run. Part of the profile {@code containers} only; without an engine it fails. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class ContainersIT extends BrokerContract {
    private static final Map<String, TestServer> STARTED = new ConcurrentHashMap<>();

    private final TestServer server;

    ContainersIT(TestServer server) {
        this.server = server;
    }

    static Stream<TestServer> servers() {
        return Stream
                .of("redis:7.0", "redis:7.2", "redis:7.4", "redis:8", "valkey/valkey:7.2", "valkey/valkey:8",
                        "valkey/valkey:9")
                .map(image -> STARTED.computeIfAbsent(image, ContainersIT::start));
    }

    /** The container ends with the JVM: Testcontainers sees to that. */
    private static TestServer start(String image) {
        GenericContainer<?> container = new GenericContainer<>(DockerImageName.parse(image)).withExposedPorts(6379);
        container.start();
        return new TestServer(image, "redis://" + container.getHost() + ":" + container.getMappedPort(6379));
    }

    @Override
    protected BrokerFixture open() {
        return new RedisFixture(server);
    }
}
