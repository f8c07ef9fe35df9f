package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;

final class RedisConfigTest {
    @Test
    void aServerWithLoginPortAndDatabaseIsRead() {
        RedisConfig config = RedisConfig.parse("rediss://app:s%40cret%2B@redis.example:6390/3");
        assertThat(config.kind()).isEqualTo(RedisConfig.Kind.STANDALONE);
        assertThat(config.tls()).isTrue();
        assertThat(config.user()).isEqualTo("app");
        assertThat(config.password()).isEqualTo("s@cret+");
        assertThat(config.nodes()).containsExactly(new HostAndPort("redis.example", 6390));
        assertThat(config.database()).isEqualTo(3);
    }

    @Test
    void aPasswordAloneIsThatOfTheDefaultUser() {
        RedisConfig config = RedisConfig.parse("redis://:secret@localhost");
        assertThat(config.user()).isNull();
        assertThat(config.password()).isEqualTo("secret");
        assertThat(config.nodes()).containsExactly(new HostAndPort("localhost", 6379));
    }

    @Test
    void sentinelsAndTheirMasterAreRead() {
        RedisConfig config = RedisConfig.parse("redis-sentinel://:pw@a:1,b/mymaster");
        assertThat(config.kind()).isEqualTo(RedisConfig.Kind.SENTINEL);
        assertThat(config.master()).isEqualTo("mymaster");
        assertThat(config.nodes()).containsExactly(new HostAndPort("a", 1), new HostAndPort("b", 26379));
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://127.0.0.1:6379", "rediss://app:s%40cret%2B%20x@redis.example:6390/3",
        "redis://:secret@h:1",
        "redis://app@h:1", "redis-sentinel://app:pw@a:1,b:26379/mymaster", "rediss-cluster://:p%3Aw@a:1,b:2"})
    void anAddressCanBeHandedOnWithItsLogin(String url) {
        RedisConfig config = RedisConfig.parse(url);
        assertThat(config.url()).isEqualTo(url);
        assertThat(RedisConfig.parse(config.url())).isEqualTo(config);
    }

    @Test
    void aPasswordIsNeverShown() {
        assertThat(RedisConfig.parse("redis-cluster://app:secret@a:1,b:2")).asString()
                .isEqualTo("redis-cluster://a:1,b:2");
        assertThatThrownBy(() -> RedisConfig.parse("redis://app:secret@a:x")).hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost:6379", "http://a", "redis://", "redis://a:b", "redis://a,b", "redis://a/x",
        "redis-sentinel://a",
        "redis-cluster://a/1", "redis://a:99999999"})
    void whatIsNoAddressIsRefused(String url) {
        assertThatThrownBy(() -> RedisConfig.parse(url)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("redis ");
    }

    @Test
    void aMisspeltSchemeIsCorrected() {
        assertThatThrownBy(() -> RedisConfig.parse("redis-clutser://a"))
                .hasMessageContaining("did you mean 'redis-cluster'?");
    }
}
