package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.Terminal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class QueueHistoryTest {
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    @Test
    void eachMinuteIsARowWithABarAsLongAsItDid() throws IOException {
        assertThat(print(3, minute -> minute * 100)).containsExactly(
                "FROM   DONE  FAILED  DEAD",
                "12:00     0       3     1",
                "12:01   100       3     1  |||||||||||||||||",
                "12:02   200       3     1  ||||||||||||||||||||||||||||||||||");
    }

    @Test
    void manyMinutesAreTakenTogetherUntilTheyFit() throws IOException {
        List<String> lines = print(1440, minute -> 1);

        assertThat(lines).hasSize(31).allMatch(line -> line.length() <= 80);
        assertThat(lines.get(0)).startsWith("FROM, 48m");
        assertThat(lines.get(1)).startsWith("12:00").contains(" 48 ");
        assertThat(lines.get(30)).startsWith("11:12");
    }

    @Test
    void minutesBeforeAnythingHappenedAreLeftOut() throws IOException {
        assertThat(print(60, minute -> minute < 58 ? 0 : 7, 0)).containsExactly(
                "FROM   DONE  FAILED  DEAD",
                "12:58     7       0     0  ||||||||||||||||||||||||||||||||||",
                "12:59     7       0     0  ||||||||||||||||||||||||||||||||||",
                "nothing happened in the 58 minutes before");
        assertThat(print(30, minute -> 0, 0)).containsExactly("nothing happened in the last 30 minutes");
    }

    private static List<String> print(int minutes, IntUnaryOperator done) throws IOException {
        return print(minutes, done, 1);
    }

    private static List<String> print(int minutes, IntUnaryOperator done, int others) throws IOException {
        String items = IntStream.range(0, minutes).mapToObj(i -> """
                {"start": "%s", "succeeded": %d, "failed": %d, "lost": %d, "dead": %d, "cancelled": 0, "expired": 0}
                """.formatted(NOON.plusSeconds(60L * i), done.applyAsInt(i), others, others, others))
                .collect(Collectors.joining(","));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        QueueHistory.print(
                JsonTree.parse(("{\"queue\":\"mail\",\"minutes\":[" + items + "]}").getBytes(StandardCharsets.UTF_8)),
                ZoneOffset.UTC,
                new Terminal(new ByteArrayInputStream(new byte[0]), stream, stream, new Terminal.Tty(false, true, true),
                        Map.of("COLUMNS", "80")));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
