package io.headrace.redis;

import io.headrace.contract.BrokerContract;
import io.headrace.contract.BrokerFixture;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The contract on every kind of Redis that this machine has: the one in the jar, alone and as a cluster, and those on
 * the PATH.
 */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
final class RedisBrokerTest extends BrokerContract {
    private final TestServer server;

    RedisBrokerTest(TestServer server) {
        this.server = server;
    }

    static Stream<TestServer> servers() {
        return TestServer.all();
    }

    @Override
    protected BrokerFixture open() {
        return new RedisFixture(server);
    }
}
