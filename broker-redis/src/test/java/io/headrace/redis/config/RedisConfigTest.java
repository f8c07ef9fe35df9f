package io.headrace.redis.config;

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
    void namesOfContainersAreHosts() {
        assertThat(RedisConfig.parse("REDIS://my_redis:6379/").nodes())
                .containsExactly(new HostAndPort("my_redis", 6379));
        assertThat(RedisConfig.parse("redis-sentinel://:pw@my_redis_1,redis.2:1/my_master").nodes())
                .containsExactly(new HostAndPort("my_redis_1", 26379), new HostAndPort("redis.2", 1));
        assertThat(RedisConfig.parse("redis-cluster://my_redis:1,[::1]:2/").nodes())
                .containsExactly(new HostAndPort("my_redis", 1), new HostAndPort("[::1]", 2));
        assertThat(RedisConfig.parse("redis://my_redis")).hasToString("redis://my_redis:6379");
    }

    @Test
    void whatAPasswordMayHaveIsTakenAsItIs() {
        RedisConfig config = RedisConfig.parse("redis://app:p/a?s#s@w:o+rd@h:1/2");
        assertThat(config.password()).isEqualTo("p/a?s#s@w:o+rd");
        assertThat(config.nodes()).containsExactly(new HostAndPort("h", 1));
        assertThat(RedisConfig.parse(config.url())).isEqualTo(config);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://:sesame%@h", "redis://:sesame%zz@h:1", "redis://:%ffsesame@h", "redis://h:sesame",
        "redis://user:sesame", "redis://h/sesame", "redis://h/0?password=sesame",
        "redis-sentinel://:sesame@a,:sesame@b/m",
        "redis-cluster://u:sesame@a:1,u:sesame@b:2", "sesame", "redis:sesame@h", "redis://:sesame@",
        "redis://:sesame@h h",
        "rediss://:sesame@my_redis"})
    void aPasswordIsNoPartOfAMessage(String url) {
        assertThatThrownBy(() -> RedisConfig.parse(url)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("redis ").hasMessageNotContaining("sesame").hasNoCause();
    }

    @Test
    void aMisspeltSchemeIsCorrected() {
        assertThatThrownBy(() -> RedisConfig.parse("redis-clutser://a"))
                .hasMessageContaining("did you mean 'redis-cluster'?");
    }
}
