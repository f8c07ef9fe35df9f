package io.headrace.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.contract.BrokerContract;
import io.headrace.contract.BrokerFixture;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Script;
import io.headrace.redis.doctor.Doctor;
import io.headrace.redis.doctor.Finding;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** The contract, and the doctor, as the user of Redis that {@code docs/operations/deploying.md} makes. */
@ParameterizedClass(name = "{0}")
@MethodSource("servers")
public final class RedisUserTest extends BrokerContract {
    private static final Pattern BLOCK = Pattern.compile("^redis-cli (ACL SETUSER headrace (?:.*\\\\\\n)*.*)$",
            Pattern.MULTILINE);
    private static final Pattern CALLED = Pattern.compile("redis\\.p?call\\('([A-Z]+)'(?:, '([A-Z]+)')?");
    private static final Pattern SENT = Pattern
            .compile("Command\\.([A-Z]+)(?:, (?:RedisKeys\\.bytes\\()?\"([A-Z]+)\")?");
    private static final Set<String> CONTAINERS = Set.of("XGROUP", "XINFO", "SCRIPT", "CLUSTER");
    private static final Set<String> OF_CONNECTIONS = Set.of("ping", "wait");
    /** What only those need who ask for more, as the page says. */
    private static final Set<String> BEYOND = Set.of("config", "zpopmin");

    private final TestServer server;

    RedisUserTest(TestServer server) throws IOException {
        this.server = server;
        for (HostAndPort node : RedisConfig.parse(server.url()).nodes()) {
            try (Jedis admin = new Jedis(node)) {
                admin.sendCommand(() -> "ACL".getBytes(StandardCharsets.US_ASCII), words().stream().skip(1)
                        .toArray(String[]::new));
                admin.aclLogReset();
            }
        }
    }

    static Stream<TestServer> servers() {
        return Stream.concat(Stream.of(TestServer.cluster()),
                TestServer.all().filter(server -> server.toString().endsWith("valkey-server")));
    }

    /** The command of the page, word by word, as a shell reads it. */
    public static List<String> words() throws IOException {
        Matcher block = BLOCK.matcher(Files.readString(Path.of("..", "docs", "operations", "deploying.md")));
        assertThat(block.find()).as("the command of the page").isTrue();
        Process shell = new ProcessBuilder("sh", "-c", "printf '%s\\n' " + block.group(1)).redirectErrorStream(true)
                .start();
        return new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }

    /** The same servers for this user. */
    private TestServer limited() {
        return new TestServer(server.toString(), server.url().replace("://", "://headrace:SECRET@"));
    }

    @Override
    protected BrokerFixture open() {
        return new RedisFixture(limited(), "hr:") {
            @Override
            public void close() {
                super.close();
                assertThat(refused()).as("what Redis refused").isEmpty();
            }
        };
    }

    private List<String> refused() {
        return RedisConfig.parse(server.url()).nodes().stream().flatMap(node -> {
            try (Jedis admin = new Jedis(node)) {
                return admin.aclLog().stream()
                        .filter(entry -> "headrace".equals(entry.getUsername())).map(Object::toString).toList()
                        .stream();
            }
        }).toList();
    }

    @Test
    void theDoctorExaminesServersAndData() {
        try (Doctor doctor = Doctor.connect(RedisConfig.parse(limited().url()).withPrefix("hr:doctor:"))) {
            assertThat(doctor.examineServers()).isNotEmpty();
            assertThat(doctor.examineData(Set.of(), (done, total, what) -> {})).extracting(Finding::check)
                    .containsExactly("data");
        }
        assertThat(refused()).allMatch(entry -> entry.contains("config"));
    }

    @Test
    void thePageNamesTheCommandsOfTheCodeAndNoOthers() throws IOException {
        Set<String> used = new TreeSet<>(Set.of("subscribe", "unsubscribe", "zrevrange", "cluster|slots"));
        for (Script script : Script.values()) {
            collect(CALLED.matcher(new String(script.source(), StandardCharsets.UTF_8)), used);
        }
        try (Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            sources.filter(Files::isRegularFile).filter(file -> !file.endsWith("EmbeddedRedis.java"))
                    .forEach(file -> collect(SENT.matcher(read(file).replaceAll("\\s+", " ")), used));
        }
        used.removeAll(OF_CONNECTIONS);
        used.removeAll(BEYOND);
        used.remove("config|get");
        Set<String> allowed = words().stream().filter(word -> word.matches("\\+[a-z].*")).map(word -> word.substring(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(allowed).isEqualTo(used);
    }

    private static void collect(Matcher found, Set<String> into) {
        while (found.find()) {
            String name = found.group(1);
            into.add((CONTAINERS.contains(name) ? name + '|' + found.group(2) : name).toLowerCase(Locale.ROOT));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
