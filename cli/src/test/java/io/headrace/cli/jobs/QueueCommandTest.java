package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.cli.Ran;
import io.headrace.cli.terminal.Format;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code headrace queue} and {@code headrace dead}: what is done to the jobs of a queue at once. */
final class QueueCommandTest extends ClientCommandRig {
    @Test
    void queuesArePausedResumedAndSet() {
        submitted("steered", "mail");

        assertThat(headrace("queue", "pause", "steered").code()).isZero();
        assertThat(headrace("queue", "list").out()).containsPattern("(?m)^steered\t1\t.*paused$");
        assertThat(headrace("queue", "resume", "steered").code()).isZero();
        Ran set = headrace("queue", "set", "steered", "--max-backlog", "5", "--retention", "2d");
        assertThat(set.code()).as(set.err()).isZero();
        assertThat(headrace("queue", "show", "steered").out().lines()).containsSequence("queue     steered",
                "workers   0", "jobs      queued 1, running 0, scheduled 0, retrying 0, parked 0, dead 0")
                .contains("kept      0 finished jobs; each for 2d, at most 100000", "backlog   at most 5 queued")
                .anyMatch(line -> line.startsWith("in line   high 0, normal 1, low 0"))
                .allSatisfy(line -> assertThat(line).doesNotContain("{").hasSizeLessThanOrEqualTo(80));
        assertThat(headrace("queue", "set", "steered").code()).isEqualTo(2);
        assertThat(headrace("queue", "set", "steered", "--retention", "400d").err())
                .contains("retention must be 0s to 365d");
        assertThat(json(headrace("queue", "list", "-o", "json")).get("queues").isArray()).isTrue();
        Ran unknown = headrace("queue", "pause", "nowhere");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("there is no queue 'nowhere'");
    }

    @Test
    void purgingAsksUnlessToldNotTo() {
        submitted("full", "mail");
        submitted("full", "mail");

        assertThat(headrace("queue", "purge", "full", "--dry-run").out())
                .isEqualTo("would cancel 2 jobs of queue 'full'\n");
        Ran nobody = headrace("queue", "purge", "full");
        assertThat(nobody.code()).isEqualTo(2);
        assertThat(nobody.err()).contains("--yes");
        Ran no = setup().typed("n\n").run("queue", "purge", "full");
        assertThat(no.code()).isEqualTo(1);
        assertThat(no.err()).contains("cancel 2 jobs of queue 'full'").contains("nothing was done");
        Ran yes = setup().typed("y\n").run("queue", "purge", "full");
        assertThat(yes.code()).isZero();
        assertThat(yes.out()).isEqualTo("cancelled 2 jobs of queue 'full'\n");
        assertThat(json(headrace("queue", "purge", "full", "--yes", "-o", "json")).get("cancelled").asInt()).isZero();
    }

    @Test
    void deletingAQueueAsksAndSparesJobsUnlessTheyAreToGo() {
        submitted("old", "mail");
        submitted("old", "mail");

        assertThat(headrace("queue", "delete", "old", "--dry-run").out())
                .isEqualTo("would not delete queue 'old', as it holds 2 jobs\n");
        assertThat(headrace("queue", "delete", "old").code()).isEqualTo(2);
        Ran refused = headrace("queue", "delete", "old", "--yes");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("holds 2 queued jobs");
        assertThat(headrace("queue", "delete", "old", "--purge", "--dry-run").out())
                .isEqualTo("would delete queue 'old' with 2 jobs\n");
        Ran no = setup().typed("n\n").run("queue", "delete", "old", "--purge");
        assertThat(no.err()).contains("delete queue 'old' with 2 jobs").contains("nothing was done");
        assertThat(headrace("queue", "delete", "old", "--purge", "--yes").out())
                .isEqualTo("deleted queue 'old' and 2 jobs with it\n");
        assertThat(headrace("queue", "show", "old").err()).contains("there is no queue 'old'");
        assertThat(headrace("queue", "delete", "old", "--yes").code()).isEqualTo(1);
        headrace("queue", "set", "old", "--max-kept", "5");
        assertThat(json(headrace("queue", "delete", "old", "-y", "-o", "json")).get("dropped").asInt()).isZero();
    }

    @Test
    void namesOfQueuesAreShownWhole() {
        String queue = "a-queue-whose-name-says-all-there-is-to-say-of-it-and-then-some";
        submitted(queue, "mail");

        assertThat(headrace("queue", "list").out()).containsPattern("(?m)^" + queue + "\t1\t");
    }

    @Test
    void groupsOfDeadJobsSayWhatTheyDiedOfHoweverLongTheirTypeIs() {
        dead(LONG_TYPE);
        dead(LONG_TYPE);

        List<String> lines = setup().terminal().run("dead", "groups", "-q", "served").out().lines().toList();

        assertThat(lines.get(0)).matches("FINGERPRINT +JOBS +LATEST +TYPE");
        assertThat(lines).anyMatch(line -> line.matches("[0-9a-f]{12} +2 +.*a\\.type\\.whose\\.name\\.says\\.all.*"))
                .contains("  PermanentFailure: no such postcode in that country: 郵便番号が違います")
                .allSatisfy(line -> assertThat(Format.columns(line)).isLessThanOrEqualTo(80));
        Ran paced = headrace("dead", "retry", "-q", "served", "--type", LONG_TYPE, "--pace", "0.02", "--yes");
        assertThat(paced.out()).startsWith("retried 2 dead jobs")
                .endsWith(", 0.02 a second, the last 50s after the first\n");
    }

    @Test
    void deadJobsAreRetriedAndDeletedInBulk() {
        dead("fail");
        dead("fail");

        assertThat(headrace("dead", "list", "-q", "served").out()).contains("no such mailbox");
        assertThat(headrace("dead", "retry", "-q", "served", "--type", "other", "--dry-run").out())
                .isEqualTo("would retry 0 dead jobs of type 'other' of queue 'served'\n");
        assertThat(headrace("dead", "retry", "-q", "served").code()).isEqualTo(2);
        assertThat(headrace("dead", "delete", "-q", "served", "--type", "other", "--yes").out())
                .isEqualTo("deleted 0 dead jobs of type 'other' of queue 'served'\n");
        assertThat(headrace("dead", "delete", "-q", "served", "--type", "fail", "--yes").out())
                .containsPattern("^deleted \\d+ dead jobs? of type 'fail' of queue 'served'\n$");
    }
}
