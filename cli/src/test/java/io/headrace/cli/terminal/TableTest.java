package io.headrace.cli.terminal;

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
        Table table = new Table().name("ID").cut("TYPE").cut("ERROR");
        String id = "default_n1763770000123-0";
        table.row(id, "some.very.long.type.of.job.that.nobody.reads", "Timeout: " + "x".repeat(200));

        List<String> lines = print(table, 80);

        assertThat(lines.get(1)).hasSize(80).startsWith(id + "  ").endsWith("…");
    }

    @Test
    void aTableTakesTheWidthThatTheWindowHas() {
        Table table = new Table().name("ID").cut("ERROR");
        table.row("default_n1763770000123-0", "Timeout: " + "x".repeat(200));

        for (int width : new int[]{40, 80, 120, 200}) {
            assertThat(print(table, width).get(1)).hasSize(width);
        }
        assertThat(print(table, 400).get(1)).endsWith("x".repeat(200));
    }

    @Test
    void namesAreCutInTheirMiddleWhenNothingElseCanGive() {
        Table table = new Table().name("QUEUE").number("QUEUED").number("RUNNING").number("SCHED").number("RETRY")
                .number("PARKED").number("DEAD").number("OLDEST").whole("");
        table.row("tenant-0017-" + "x".repeat(43) + "-mail", "1", "2", "3", "4", "5", "6", "7s", "paused");
        table.row("mail", "1", "2", "3", "4", "5", "6", "7s", "");

        List<String> lines = print(table, 80);

        assertThat(lines).hasSize(3).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(80));
        assertThat(lines.get(1)).startsWith("tenant-").contains("…").contains("-mail  ").endsWith("paused");
    }

    @Test
    void aRowIsOneLineInAnyWindow() {
        Table table = new Table().name("ID").cut("TYPE").number("TRY").number("DIED").cut("ERROR").whole("FROM");
        table.row("q".repeat(63) + "_n1763770000123-0", "t".repeat(128), "10", "3m12s", "e".repeat(300), "environment");

        for (int width = 20; width < 300; width++) {
            int most = width;
            assertThat(print(table, width)).hasSize(2)
                    .allSatisfy(line -> assertThat(Format.columns(line)).isLessThanOrEqualTo(most));
        }
        assertThat(print(table, 80).get(1)).startsWith("qqqq").contains("…").contains("-0  ");
    }

    @Test
    void forAnotherProgramNothingIsCutOrPadded() {
        Table table = new Table().name("QUEUE").number("QUEUED").cut("ERROR");
        table.row("mail", "7", "Timeout: " + "x".repeat(200));
        table.below("a note");
        table.row("q".repeat(63), "12345678", "");

        assertThat(print(table, 0)).containsExactly("QUEUE\tQUEUED\tERROR", "mail\t7\tTimeout: " + "x".repeat(200),
                "  a note", "q".repeat(63) + "\t12345678\t");
    }

    @Test
    void numbersAreAlignedRight() {
        Table table = new Table().name("QUEUE").number("QUEUED");
        table.row("mail", "7");
        table.row("video", "12345678");

        assertThat(print(table, 80)).containsExactly("QUEUE    QUEUED", "mail          7",
                "video  12345678");
    }

    @Test
    void ideographsTakeTwoColumns() {
        Table table = new Table().cut("ERROR").number("JOBS");
        table.row("郵便番号", "7");
        table.row("postcode", "12");

        assertThat(print(table, 80)).containsExactly("ERROR     JOBS", "郵便番号     7", "postcode    12");
    }

    @Test
    void textFromJobsCannotSteerTheTerminal() {
        Table table = new Table().cut("ERROR");
        table.row("red \033[31m alert\r\nnext");

        assertThat(print(table, 80).get(1)).isEqualTo("red ?[31m alert  next");
    }

    /** @param width of the window; 0 for a pipe */
    private static List<String> print(Table table, int width) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
        boolean tty = width > 0;
        table.print(new Terminal(new ByteArrayInputStream(new byte[0]), stream, stream, new Terminal.Tty(tty, tty, tty),
                Map.of("COLUMNS", Integer.toString(width))));
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
