package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.cli.Ran;
import io.headrace.cli.terminal.WatchOptions;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

/** {@code headrace job}: how jobs are shown, and what is done to them. */
final class JobCommandTest extends ClientCommandRig {
    @Test
    void howManyAttemptsThereAreAtMostIsToldOnceItIsKnown() {
        String waiting = submitted("still", "mail");
        assertThat(json(headrace("job", "show", waiting, "-o", "json")).has("maxRetries")).isFalse();
        assertThat(headrace("job", "show", waiting).out()).contains("attempt   0\n");
        String asked = submitted("still", "mail", "--max-retries", "3");
        assertThat(headrace("job", "show", asked).out()).contains("attempt   0 of 4\n");
        JsonNode judged = json(headrace("job", "show", dead("fail"), "-o", "json"));
        assertThat(judged.get("maxRetries").asInt()).as("what its worker allows").isEqualTo(10);
    }

    @Test
    void jobsAreListedAPageAtATime() {
        String first = submitted("pages", "mail");
        String second = submitted("pages", "mail");

        Ran page = headrace("job", "list", "-q", "pages", "--limit", "1");
        String cursor = page.err().strip().replace("more: --cursor ", "");
        Ran next = headrace("job", "list", "-q", "pages", "--limit", "1", "--cursor", cursor);

        assertThat(page.out()).contains(first).doesNotContain(second).contains("TYPE").contains("PRIORITY");
        assertThat(next.out()).contains(second).doesNotContain(first);
        Ran none = headrace("job", "list", "-q", "pages", "-s", "dead");
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains("no dead jobs in queue 'pages'");
    }

    @Test
    void anErrorOfSeveralLinesIsShownAsThemAndInListsByItsFirst() {
        String id = dead("fail-at-length");

        assertThat(headrace("job", "show", id).out())
                .contains("PermanentFailure: no such mailbox\n          The last lines:\n          looking it up\n");
        assertThat(headrace("job", "list", "-q", JobId.parse(id).queue().value(), "-s", "dead").out())
                .contains("PermanentFailure: no such");
    }

    @Test
    void aJobIsShownWithItsAttempts() {
        String id = dead("fail");

        Ran ran = headrace("job", "show", id);

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("id        " + id).contains("state     dead").contains("no such mailbox")
                .contains("TRY\tOUTCOME").contains("payload   null");
        assertThat(json(headrace("job", "show", id, "-o", "json")).get("attempts")).hasSize(1);
    }

    @Test
    void aJobIsShownWithWhereItFailedAndHowItsLogEnds() {
        String id = dead("fail-deep");

        String whole = headrace("job", "show", id).out();
        String shown = setup().terminal(100).run("job", "show", id).out();
        String full = setup().terminal(100).run("job", "show", id, "--full").out();

        assertThat(whole).contains("where attempt 1 failed\n").contains("PermanentFailure: too deep")
                .contains("    at " + ClientCommandRig.class.getName() + ".deep(");
        assertThat(whole.lines().count()).isGreaterThan(shown.lines().count());
        assertThat(shown).containsPattern("where attempt 1 failed; --full shows all \\d+ lines\n")
                .containsPattern("… \\d+ more\n");
        assertThat(shown.lines().filter(line -> line.contains("ClientCommandRig.deep(")).count()).isLessThan(10);
        assertThat(full.lines().filter(line -> line.contains("ClientCommandRig.deep(")).count()).isGreaterThan(20);
        assertThat(shown).contains("the last 5 of 7 lines of its log; 'headrace job log " + id + "'")
                .doesNotContain("| line 2").contains("  | line 3\n").endsWith("  | line 7\n");
    }

    @Test
    void aLongPayloadIsShortenedForPeopleOnly() {
        String payload = "\"" + "p".repeat(5_000) + "\"";
        String id = submitted("long-payloads", "mail", payload);

        String shown = setup().terminal(80).run("job", "show", id).out();

        assertThat(shown).contains("ppp…").contains("4.9 KiB in all; --full shows them").hasSizeLessThan(3_500);
        assertThat(setup().terminal(80).run("job", "show", id, "--full").out()).contains("p".repeat(5_000));
        assertThat(headrace("job", "show", id).out()).contains("p".repeat(5_000));
        Ran list = headrace("job", "list", "-q", "long-payloads", "-o", "json");
        assertThat(json(list).at("/jobs/0/cut").toString()).isEqualTo("[\"payload\"]");
    }

    @Test
    void attemptsBeforeARetryByHandDoNotCount() {
        String id = submitted("served", "fail", "null", "--max-retries", "0");
        headrace("job", "watch", id);
        assertThat(headrace("job", "show", id).out()).contains("attempt   1 of 1\n");

        assertThat(headrace("job", "retry", id).code()).isZero();
        headrace("job", "watch", id);

        assertThat(headrace("job", "show", id).out()).contains("attempt   2 of 2, 1 not counted\n");
    }

    @Test
    void whyTellsEachReasonOnce() {
        String id = submitted("still", "mail", "--delay", "1h");

        Ran ran = headrace("job", "why", id);

        assertThat(ran.out().lines()).hasSize(2);
        assertThat(ran.out()).startsWith("scheduled: It is scheduled for ")
                .contains("\n  no-worker: no live worker serves the queue 'still'");
    }

    @Test
    void wordsAreNotTornAtTheEdgeOfTheWindow() {
        String id = submitted("nobody-serves-this-queue-which-has-a-name-of-some-length", "mail");
        for (int width : new int[]{40, 80, 120, 200}) {
            String why = setup().terminal(width).run("job", "why", id).out();
            assertThat(why.lines()).allSatisfy(line -> assertThat(line.length() <= width || !line.strip().contains(" "))
                    .as(line).isTrue());
            String unbroken = headrace("job", "why", id).out();
            assertThat(why.replaceAll("\\s+", " ")).isEqualTo(unbroken.replaceAll("\\s+", " "));
        }
    }

    @Test
    void jobsAreCancelledRetriedAndHurried() {
        String queued = submitted("moves", "mail");
        String later = submitted("moves", "mail", "--delay", "1h");
        String ended = dead("fail");

        assertThat(headrace("job", "run-now", later).out()).isEqualTo(later + " queued\n");
        assertThat(headrace("job", "cancel", queued).out()).isEqualTo(queued + " cancelled\n");
        assertThat(headrace("job", "retry", ended).code()).isZero();
        Ran mixed = headrace("job", "cancel", later, "moves_n1-0");
        assertThat(mixed.code()).isEqualTo(1);
        assertThat(mixed.out()).isEqualTo(later + " cancelled\n");
        assertThat(mixed.err()).contains("moves_n1-0: there is no job moves_n1-0");
        assertThat(json(headrace("job", "cancel", later, queued, "-o", "json"))).hasSize(2);
        Ran wrong = headrace("job", "run-now", queued);
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("is cancelled");
    }

    @Test
    void watchingEndsWithTheJobAndTellsItsVerdict() {
        String well = submitted("served", "talk");
        String badly = submitted("served", "fail");

        Ran ran = headrace("job", "watch", well);

        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("| first line").contains("| red ?[31mline").contains("succeeded");
        String ended = json(headrace("job", "show", well, "-o", "json")).get("finishedAt").asText();
        String time = WatchOptions.time(Instant.parse(ended), ZoneId.systemDefault());
        assertThat(headrace("job", "watch", well).out().lines()).containsExactly("         | first line",
                "         | red ?[31mline", time + " succeeded attempt 1 50% half way");
        assertThat(headrace("job", "watch", badly).code()).isEqualTo(1);
        assertThat(headrace("job", "watch", well, "-o", "json").out().lines()).hasSize(2)
                .anyMatch(line -> line.startsWith("{\"event\":\"log\",\"data\":{\"lines\":[\"first line\""))
                .last().asString().startsWith("{\"event\":\"succeeded\",\"data\":{\"id\":\"" + well);
        assertThat(headrace("job", "log", well).out()).isEqualTo("first line\nred \033[31mline\n");
        assertThat(headrace("job", "log", well, "--follow").out()).isEqualTo("first line\nred \033[31mline\n");
        assertThat(json(headrace("job", "log", well, "-o", "json")).get("lines")).hasSize(2);
    }

    @Test
    void jsonOnATerminalHoldsNothingThatSteersIt() {
        String id = submitted("steer", "mail", "\"\u009b31m \u202e\u2066\u007f \u00fc\"");

        Ran shown = setup().terminal().run("job", "show", id, "-o", "json");
        Ran piped = headrace("job", "show", id, "-o", "json");

        assertThat(shown.out()).doesNotContain("\u009b", "\u202e", "\u2066", "\u007f").contains("\u00fc")
                .contains("\\u009b31m");
        assertThat(piped.out()).contains("\u202e");
        assertThat(json(shown)).isEqualTo(json(piped));
    }
}
