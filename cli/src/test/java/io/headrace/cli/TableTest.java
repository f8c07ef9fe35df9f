package io.headrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TableTest {
    @Test
    void longCellsAreCutSoThatALineFitsAndIdsStayWhole() {
        Table table = new Table().whole("ID").cut("TYPE").cut("ERROR");
        String id = "a-queue-with-a-long-name_n1763770000123-0";
        table.row(id, "some.very.long.type.of.job.that.nobody.reads", "Timeout: " + "x".repeat(200));

        List<String> lines = print(table, true, Map.of());

        assertThat(lines.get(1)).hasSizeLessThanOrEqualTo(80).startsWith(id + "  ").endsWith("…");
        assertThat(print(table, false, Map.of()).get(1)).as("for another program")
                .endsWith("Timeout: " + "x".repeat(200));
    }

    @Test
    void numbersAreAlignedRight() {
        Table table = new Table().whole("QUEUE").number("QUEUED");
        table.row("mail", "7");
        table.row("video", "12345678");

        assertThat(print(table, false, Map.of())).containsExactly("QUEUE    QUEUED", "mail          7",
                "video  12345678");
    }

    @Test
    void ideographsTakeTwoColumns() {
        Table table = new Table().cut("ERROR").number("JOBS");
        table.row("郵便番号", "7");
        table.row("postcode", "12");

        assertThat(print(table, false, Map.of())).containsExactly("ERROR     JOBS", "郵便番号     7", "postcode    12");
    }

    @Test
    void textFromJobsCannotSteerTheTerminal() {
        Table table = new Table().cut("ERROR");
        table.row("red \033[31m alert\r\nnext");

        assertThat(print(table, true, Map.of()).get(1)).isEqualTo("red ?[31m alert  next");
    }

    @Test
    void statesAreColouredOnlyOnATerminalWhoseOwnerAllowsIt() {
        Table table = new Table().state("STATE");
        table.row("dead");

        assertThat(print(table, true, Map.of()).get(1)).isEqualTo("\033[31mdead\033[0m");
        assertThat(print(table, false, Map.of()).get(1)).isEqualTo("dead");
        assertThat(print(table, true, Map.of("NO_COLOR", "1")).get(1)).isEqualTo("dead");
        assertThat(print(table, true, Map.of("TERM", "dumb")).get(1)).isEqualTo("dead");
    }

    private static List<String> print(Table table, boolean tty, Map<String, String> environment) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        table.print(new Terminal(new ByteArrayInputStream(new byte[0]), stream, stream, tty, tty, tty, environment));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
