package io.headrace.redis.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.redis.Eventually;
import io.headrace.redis.TestServer;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.ServerInfo;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** What the doctor says about servers, fit and unfit. */
final class ServerCheckTest {
    @TempDir
    Path folder;

    @Test
    void aServerThatForgetsAndEvictsIsTold() throws IOException {
        try (EmbeddedRedis redis = start("unfit", Map.of("appendonly", "no", "maxmemory-policy", "volatile-lru"))) {
            List<Finding> findings = examine(redis.url());

            assertThat(found(findings, "aof")).contains("PROBLEM").contains("a crash of Redis loses jobs");
            assertThat(found(findings, "eviction")).contains("PROBLEM").contains("volatile-lru");
            assertThat(found(findings, "durability")).contains("OK").contains("possible: memory >");
            assertThat(findings).filteredOn(finding -> finding.check().equals("durability")).singleElement()
                    .satisfies(finding -> assertThat(finding.examples()).hasSize(2)
                            .anyMatch(why -> why.contains("the append-only file of Redis is off")));
        }
    }

    @Test
    void anAppendOnlyFileThatIsNeverFlushedIsToldAndOneThatAlwaysIsGivesFsync() throws IOException {
        try (EmbeddedRedis never = start("never", Map.of("appendfsync", "no"));
                EmbeddedRedis always = start("always", Map.of("appendfsync", "always"))) {
            assertThat(found(examine(never.url()), "aof")).contains("WARNING").contains("never flushed");
            assertThat(found(examine(always.url()), "durability")).contains("memory, fsync");
        }
    }

    @Test
    void memoryIsWatchedBeforeItIsFull() throws IOException {
        try (EmbeddedRedis roomy = start("roomy", Map.of("maxmemory", "1gb"));
                EmbeddedRedis tight = start("tight", Map.of());
                EmbeddedRedis full = start("full", Map.of("maxmemory", "500kb"))) {
            long used = ServerInfo.parse(ask(tight, "INFO")).number("used_memory");
            ask(tight, "CONFIG", "SET", "maxmemory", Long.toString(used * 10 / 9));

            assertThat(found(examine(roomy.url()), "memory")).contains("OK");
            assertThat(found(examine(tight.url()), "memory")).contains("WARNING").contains("raise maxmemory");
            assertThat(found(examine(full.url()), "memory")).contains("PROBLEM").contains("submissions are refused");
            assertThat(data(full.url())).allMatch(finding -> finding.level() == Finding.Level.OK);
        }
    }

    @Test
    void replicasAreSeenFromTheirMasterAndRefusedAsAnAddress() throws IOException {
        try (EmbeddedRedis master = start("master", Map.of("repl-diskless-sync-delay", "0"));
                EmbeddedRedis replica = start("replica",
                        Map.of("replicaof", "127.0.0.1 " + master.port(), "appendonly", "no"))) {
            Eventually.until("the replica is online",
                    () -> found(examine(master.url()), "replication").contains("1 replica online"));

            assertThat(found(examine(master.url()), "durability")).contains("replicated:1");
            assertThat(found(examine(replica.url()), "replication")).contains("PROBLEM").contains("this is a replica");
            assertThat(data(replica.url())).singleElement()
                    .satisfies(finding -> assertThat(finding.found()).contains("use the address of its master"));
        }
    }

    @Test
    void aClusterIsCheckedNodeByNode() {
        List<Finding> findings = examine(TestServer.cluster().url());

        assertThat(found(findings, "cluster")).contains("OK").contains("16384 of 16384 slots served by 3 masters");
        assertThat(findings).filteredOn(finding -> finding.check().equals("clock")).hasSize(2);
        String oneNode = "redis://"
                + TestServer.cluster().url().substring("redis-cluster://".length()).split(",", -1)[0];
        assertThat(data(oneNode)).singleElement()
                .satisfies(finding -> assertThat(finding.found()).contains("use a redis-cluster:// address"));
    }

    @Test
    void aUserWithoutRightsBeyondThePrefixGetsAnExamination() throws IOException {
        try (EmbeddedRedis redis = start("acl", Map.of())) {
            ask(redis, "ACL", "SETUSER", "app", "on", ">secret", "~hr:*", "&hr:*", "+@all", "-@admin", "-@dangerous",
                    "+info");
            String url = redis.url().replace("redis://", "redis://app:secret@");

            assertThat(found(examine(url), "aof")).contains("OK").contains("CONFIG may not be asked");
            assertThat(data(url)).allMatch(finding -> finding.level() == Finding.Level.OK);
        }
    }

    private EmbeddedRedis start(String name, Map<String, String> settings) throws IOException {
        return EmbeddedRedis.start(folder.resolve(name), 0, null, settings);
    }

    private static List<Finding> examine(String url) {
        try (Doctor doctor = Doctor.connect(RedisConfig.parse(url))) {
            return doctor.examineServers();
        }
    }

    private static List<Finding> data(String url) {
        try (Doctor doctor = Doctor.connect(RedisConfig.parse(url))) {
            return doctor.examineData(Set.of(), (done, total, what) -> {});
        }
    }

    private static String found(List<Finding> findings, String check) {
        return String.join("\n", findings.stream().filter(finding -> finding.check().equals(check))
                .map(finding -> finding.level() + " " + finding.found() + " > " + finding.advice()).toList());
    }

    private static String ask(EmbeddedRedis redis, String command, String... words) {
        try (Connection connection = new Connection("127.0.0.1", redis.port())) {
            connection.sendCommand(Command.valueOf(command), words);
            return Replies.text(connection.getOne());
        }
    }
}
