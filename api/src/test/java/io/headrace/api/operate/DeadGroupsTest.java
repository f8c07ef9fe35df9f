package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.DeathCause;
import io.headrace.Failure;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.QueueName;
import io.headrace.api.TestApi;
import io.headrace.broker.DeadJob;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadGroupsTest {
    private final DeadGroups groups = new DeadGroups();
    private Instant time = Instant.parse("2026-11-22T12:00:00Z");
    private int number;

    private JobId dead(String type, @Nullable String error, String message) {
        JobId id = JobId.parse("mail_n1763770000123-" + number++);
        time = time.minusSeconds(1);
        groups.add(new DeadJob(id, time,
                new DeathCause(new JobType(type), error == null ? null : new Failure(error, message, null))));
        return id;
    }

    @Test
    void jobsThatDiedOfTheSameAreAGroupAndTheLargestComesFirst() {
        dead("welcome", "Refused", "no");
        JobId newest = dead("welcome", "Timeout", "no answer in 30 s");
        Instant at = time;
        dead("welcome", "Timeout", "no answer in 5 s");
        dead("report", "Timeout", "no answer in 5 s");
        dead("welcome", "Timeout", "no answer in 7 s");
        DeadGroups.Found found = groups.found(false);
        assertThat(found.examined()).isEqualTo(5);
        assertThat(found.groups()).extracting(DeadGroups.Group::count).containsExactly(3L, 1L, 1L);
        DeadGroups.Group largest = found.groups().get(0);
        assertThat(largest.message()).isEqualTo("no answer in <n> s");
        assertThat(largest.sample()).isEqualTo(newest);
        assertThat(largest.newest()).isEqualTo(at);
        assertThat(largest.oldest()).isEqualTo(time);
    }

    @Test
    void messagesThatDifferInDigitsAreTakenApartOnceAndAlike() {
        Fingerprints fingerprints = new Fingerprints();
        for (String message : List.of("in 30 s", "in 31 s", "in 5 s", "id 0a1b2c3d", "id 9a8b7c6d", "at 2026-11-22",
                "at 1999-01-01", "10.0.0.1:80", "0x20", "1x20", "x1", "no digits", "")) {
            for (String error : List.of("Timeout", "Refused")) {
                Failure failure = new Failure(error, message, null);
                assertThat(fingerprints.of(new DeathCause(new JobType("t"), failure)))
                        .isEqualTo(Fingerprint.of(new JobType("t"), failure));
            }
        }
    }

    @Test
    void ofGroupsOfOneSizeTheNewestComesFirst() {
        dead("a", "E", "m");
        dead("b", "E", "m");
        assertThat(groups.found(false).groups()).extracting(group -> group.type().value()).containsExactly("a", "b");
    }

    @Test
    void jobsThatNobodyDescribedAreAGroupToo() {
        dead("a", null, "");
        dead("a", null, "");
        DeadGroups.Group group = groups.found(false).groups().get(0);
        assertThat(group.error()).isEqualTo("unknown");
        assertThat(group.count()).isEqualTo(2);
    }

    @Test
    void onlyTheLargestAreTold() {
        for (int i = 0; i < 300; i++) {
            dead("t" + i, "E", "m");
        }
        assertThat(groups.found(true).groups()).hasSize(200);
        assertThat(groups.found(true).more()).isTrue();
    }

    @Test
    void lookingEndsWhenTimeIsUp() {
        try (TestApi api = new TestApi()) {
            for (int i = 0; i < 450; i++) {
                api.submit();
                api.bury(api.claim(), "Timeout");
            }
            long[] clock = {0};
            DeadGroups.Found found = DeadGroups.of(api.broker.jobs(), new QueueName("mail"),
                    () -> clock[0] += Duration.ofMillis(600).toNanos());
            assertThat(found.examined()).isEqualTo(400);
            assertThat(found.more()).isTrue();
            assertThat(DeadGroups.of(api.broker.jobs(), new QueueName("mail"), System::nanoTime).examined())
                    .isEqualTo(450);
        }
    }
}
