package io.headrace.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.cli.terminal.LiveScreen;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code headrace top} draws, to the letter. */
final class TopPictureTest {
    @Test
    void aWindowOf80By24ShowsAllThatCounts() {
        assertThat(TopStage.aMinuteOfWork().picture(80, 24)).containsExactly(
                "headrace 1.2.3  http://127.0.0.1:8080                              live 12:01:06",
                "Jobs  queued 1234567  running 6  scheduled 7  retrying 2  parked 0",
                "Rate  in 101/s  done 100/s ▂▂▂▂▂▄████  failed 0/s  dead 12",
                "Work  [|||       ] 6/20 slots  2 workers, 1 quiet  Redis 123 MiB of 1.0 GiB",
                "",
                " QUEUE▲              QUEUED   RUN  OLDEST  DONE/S  FAIL/S   DEAD  WRK LAST MIN",
                ">mail                   106     3    2m3s     100       0     12    1 ▂▂▂▂▂▄████",
                " video (paused)           7     3               0       0      0    1 ▁▁▁▁▁▁▁▁▁▁",
                "",
                " WORKER▲           HOST      SLOTS             BUSY STATE    LONGEST JOB",
                " w-1               alpha     [|||     ]        4/10 running  3m12s resize",
                " w-2               beta      [        ]        0/10 quiet",
                "", "", "", "", "", "", "", "", "", "", "",
                "q quit  ? help  p pause  s sort  r reverse  / filter  Tab workers  space freeze");
    }

    @Test
    void beforeTheSecondAnswerNoRateIsMadeUp() {
        List<String> lines = new TopStage().queue("mail", false, 1, "5s", 0, 100, 3).told().picture(80, 24);

        assertThat(lines.get(2)).isEqualTo("Rate  in -  done -             failed -  dead 12");
        assertThat(lines.get(6)).startsWith(">mail").contains("      -       -");
    }

    @Test
    void anAnswerThatTheServerHadAlreadyGivenChangesNoRate() {
        TopStage stage = TopStage.aMinuteOfWork();
        List<String> before = stage.picture(80, 24);

        stage.queue("mail", false, 106, "123s", 12, 3000, 16).queue("video", true, 7, "0s", 0, 5, 0)
                .worker("w-1", "alpha", "running", 4, Duration.ofSeconds(192))
                .worker("w-2", "beta", "quiet", 0, Duration.ZERO).told();

        assertThat(stage.picture(80, 24)).isEqualTo(before);
    }

    @Test
    void whatIsOldSaysSo() {
        TopStage stage = TopStage.aMinuteOfWork();

        assertThat(stage.after(Duration.ofSeconds(2)).picture(80, 24).get(0)).endsWith("live 12:01:06");
        assertThat(stage.after(Duration.ofSeconds(2)).picture(80, 24).get(0))
                .endsWith("NO ANSWER for 4s, shown is 12:01:06");
        stage.away("nobody listens there");
        assertThat(stage.picture(80, 24).get(0)).endsWith("AWAY since 12:01:10, shown is 12:01:06");
        assertThat(stage.picture(80, 24).get(23)).isEqualTo("nobody listens there; trying again");
        assertThat(stage.queue("mail", false, 1, "5s", 0, 3100, 16).told().picture(80, 24).get(0))
                .endsWith("live 12:01:10");
    }

    @Test
    void whatAKeyIsNotToldOfRedisIsLeftOut() {
        TopStage stage = new TopStage().redis(0).queue("mail", false, 1, "1s", 0, 0, 0).told();
        assertThat(stage.picture(80, 24).get(3)).contains("0 workers").doesNotContain("Redis");
    }

    @Test
    void aFrozenPictureStaysAsItWasAndTellsItsTime() {
        TopStage stage = TopStage.aMinuteOfWork().press(" ");
        List<String> frozen = stage.picture(80, 24);

        stage.after(Duration.ofSeconds(2)).queue("other", false, 1, "5s", 0, 0, 0).told();

        assertThat(stage.picture(80, 24)).isEqualTo(frozen);
        assertThat(frozen.get(0)).endsWith("FROZEN at 12:01:06");
        assertThat(frozen.get(23)).endsWith("space go on");
        assertThat(stage.press(" ").picture(80, 24).get(0)).endsWith("live 12:01:08");
        assertThat(stage.picture(80, 24).get(6)).startsWith(">other");
    }

    @Test
    void beforeTheFirstAnswerItSaysWhatItWaitsFor() {
        TopStage stage = new TopStage();

        assertThat(stage.picture(80, 24).get(0)).endsWith("  connecting");
        List<String> away = stage.away("cannot reach the API: nobody listens there")
                .picture(80, 24);
        assertThat(away.get(0)).endsWith("AWAY since 12:00:00");
        assertThat(away.get(23)).isEqualTo("cannot reach the API: nobody listens there; trying again");
    }

    @Test
    void anEmptySystemTellsWhatToDo() {
        List<String> lines = new TopStage().told().picture(80, 24);

        assertThat(lines).contains(" no queues yet; the first job of a queue creates it",
                " no live workers; start one with 'headrace worker'");
    }

    @Test
    void longListsScrollWithTheSelectionAndLeaveTheOtherPanelItsPart() {
        TopStage stage = new TopStage();
        for (int i = 0; i < 40; i++) {
            stage.queue("queue-%02d".formatted(i), false, i, "0s", 0, 0, 0);
            stage.worker("w-%02d".formatted(i), "alpha", "running", 1, Duration.ofSeconds(i));
        }
        stage.told();

        List<String> top = stage.picture(80, 24);
        assertThat(top.get(5)).startsWith(" QUEUE▲ 1-10 of 40");
        assertThat(top.get(6)).startsWith(">queue-00");
        assertThat(top.get(15)).startsWith(" queue-09");
        assertThat(top.get(17)).startsWith(" WORKER▲ 1-5 of 40");
        List<String> end = stage.press(LiveScreen.END).picture(80, 24);
        assertThat(end.get(15)).startsWith(">queue-39");
        List<String> other = stage.press(LiveScreen.TAB, LiveScreen.PAGE_DOWN).picture(80, 24);
        assertThat(other.get(5)).startsWith(" QUEUE▲ 36-40 of 40");
        assertThat(other).filteredOn(line -> line.startsWith(">")).singleElement().asString().startsWith(">w-10");
    }

    @Test
    void everyWindowIsFilledAndNeverOverrun() {
        TopStage stage = TopStage.aMinuteOfWork();
        for (int width = 1; width <= 200; width += 3) {
            for (int height = 1; height <= 60; height++) {
                assertThat(stage.picture(width, height)).as(width + "x" + height).hasSize(height)
                        .allMatch(line -> line.codePointCount(0, line.length()) <= Math.max(1, 200));
            }
            int wide = width;
            assertThat(stage.picture(width, 24)).allMatch(line -> line.codePointCount(0, line.length()) <= wide);
            stage.press(width % 2 == 0 ? LiveScreen.TAB : "s");
        }
    }

    @Test
    void aWideWindowKeepsNumbersNearTheirNamesAndDrawsTheMinuteFiner() {
        List<String> lines = TopStage.aMinuteOfWork().picture(200, 50);

        assertThat(lines.get(5)).startsWith(" QUEUE▲              QUEUED   RUN  OLDEST  DONE/S");
        assertThat(lines.get(6)).startsWith(">mail                   106     3    2m3s     100")
                .matches(".* [▁▂▃▄▅▆▇█]{60}$");
        assertThat(TopStage.aMinuteOfWork().picture(100, 50).get(6)).matches(".* [▁▂▃▄▅▆▇█]{30}$");
    }

    @Test
    void aLongNameIsShownWholeWhereThereIsRoomAndElseByBothItsEnds() {
        String name = "legacy-" + "x".repeat(50) + "-import";
        TopStage stage = new TopStage().queue(name, true, 7, "0s", 0, 5, 0).told();

        assertThat(stage.picture(200, 24).get(6)).startsWith(">" + name + " (paused) ");
        assertThat(stage.picture(80, 24).get(6)).startsWith(">legacy-…-import || ");
        assertThat(stage.picture(200, 24).get(6)).matches(".* 7 .*");
    }

    @Test
    void parkedJobsThatAreOfferedAgainStillCountAsParked() {
        TopStage stage = new TopStage();
        for (int parked : new int[]{23, 0, 23, 0, 0}) {
            stage.parked(parked).told();
            assertThat(stage.picture(80, 24).get(1)).endsWith("parked 23");
            stage.after(Duration.ofSeconds(1));
        }
        for (int i = 0; i < 12; i++) {
            stage.parked(0).after(Duration.ofSeconds(1)).told();
        }
        assertThat(stage.picture(80, 24).get(1)).endsWith("parked 0");
    }

    @Test
    void aNarrowWindowLosesColumnsRatherThanNames() {
        List<String> lines = TopStage.aMinuteOfWork().picture(50, 24);

        assertThat(lines.get(5)).isEqualTo(" QUEUE▲       QUEUED   RUN  OLDEST  DONE/S  FAIL/S");
        assertThat(lines.get(6)).startsWith(">mail");
    }

    @Test
    void aPictureForThoseWhoLookOnceHasAllRowsAndNoKeys() {
        TopStage stage = new TopStage();
        for (int i = 0; i < 40; i++) {
            stage.queue("queue-%02d".formatted(i), false, i, "0s", 0, 0, 0);
        }
        stage.told();

        assertThat(stage.once()).hasSize(4 + 1 + 41 + 1 + 2).noneMatch(line -> line.startsWith(">"))
                .noneMatch(line -> line.contains("quit"));
    }
}
