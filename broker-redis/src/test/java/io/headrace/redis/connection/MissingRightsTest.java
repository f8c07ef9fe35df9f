package io.headrace.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisUserTest;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.doctor.Doctor;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

/** A user of Redis that lacks some of the rights of {@code docs/operations/deploying.md}. */
final class MissingRightsTest {
    private static final QueueName QUEUE = new QueueName("mail");

    @TempDir
    Path folder;

    private EmbeddedRedis redis;
    private Jedis admin;

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "no"));
        admin = new Jedis("127.0.0.1", redis.port());
        admin.aclSetUser("headrace", RedisUserTest.words().stream().skip(3).toArray(String[]::new));
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        redis.close();
    }

    private RedisConfig config() {
        return RedisConfig.parse("redis://headrace:SECRET@127.0.0.1:" + redis.port());
    }

    @Test
    void nothingIsMissingForTheUserOfThePage() {
        assertThat(missing()).isEmpty();
        assertThat(admin.exists("hr:rights")).isFalse();
    }

    static Stream<String> commands() throws IOException {
        return RedisUserTest.words().stream().filter(word -> word.matches("\\+[a-z].*"))
                .filter(word -> !word.startsWith("+cluster") && !word.endsWith("subscribe"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void aCommandThatIsMissingIsNamed(String right) {
        admin.aclSetUser("headrace", "-" + right.substring(1));
        if (right.equals("+script|load")) {
            admin.scriptFlush();
        }
        assertThat(missing()).containsExactly(right);
        try (Doctor doctor = Doctor.connect(config())) {
            assertThat(doctor.examineServers()).filteredOn(finding -> finding.check().equals("rights")).singleElement()
                    .satisfies(finding -> assertThat(finding.advice()).contains("headrace '" + right + "'"));
        } catch (BrokerUnavailable e) { // without these it looks at nothing, and says so
            assertThat(right).isIn("+info", "+time");
            assertThat(e).hasMessageContaining(right.substring(1));
        }
    }

    @Test
    void keysAndChannelsThatAreMissingAreNamed() {
        admin.aclSetUser("headrace", "resetchannels");
        assertThat(missing()).containsExactly("&hr:*");
        admin.aclSetUser("headrace", "resetkeys", "~other:*");
        assertThat(missing()).containsExactly("~hr:*");
    }

    private List<String> missing() {
        try (Redis link = new Redis(config(), BrokerObserver.NONE, 2, System::nanoTime)) {
            return MissingRights.missing(link, config());
        }
    }

    @Test
    void whoMayNotListenIsToldSoAtOnceAndListensOnceItMay() {
        admin.aclSetUser("headrace", "resetchannels", "&other:*");
        try (RedisBroker broker = RedisBroker.connect(config(), BrokerObserver.NONE)) {
            assertThatThrownBy(() -> broker.onCancel(Set.of(QUEUE), job -> {})).isInstanceOf(BrokerUnavailable.class)
                    .hasMessageContaining("hr:silence").hasMessageContaining("channel");
            admin.aclSetUser("headrace", "&hr:*");
            Eventually.until("it may listen", () -> listens(broker));
        }
    }

    private static boolean listens(RedisBroker broker) {
        try (Subscription made = broker.onCancel(Set.of(QUEUE), job -> {})) {
            return true;
        } catch (HeadraceException e) {
            assertThat(e).hasMessageContaining("hr:silence");
            return false;
        }
    }
}
