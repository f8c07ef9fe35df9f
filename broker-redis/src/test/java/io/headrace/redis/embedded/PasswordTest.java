package io.headrace.redis.embedded;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.JobClient;
import io.headrace.NewJob;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

final class PasswordTest {
    @Test
    void whoComesWithoutThePasswordIsToldWhatIsMissing(@TempDir Path folder) throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"))) {
            try (Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
                jedis.configSet("requirepass", "secret");
                try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE)) {
                    JobClient client = new JobClient(broker);
                    assertThatThrownBy(() -> client.enqueue(NewJob.of("mail", "welcome", 1).build()))
                            .isInstanceOf(BrokerUnavailable.class).hasMessageContaining("password")
                            .hasMessageContaining("dev:FOLDER").hasMessageContaining("NOAUTH");
                }
                jedis.configSet("requirepass", "");
            }
        }
    }
}
