package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobQuery;
import io.headrace.broker.Lease;
import io.headrace.broker.WorkerId;
import io.headrace.redis.RedisFixture;
import io.headrace.redis.TestServer;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When an attempt began is one instant, however often and by whatever way it is asked for. */
final class StartTimeTest {
    private static final QueueName QUEUE = new QueueName("mail");
    private static final Duration LEASE = Duration.ofSeconds(30);
    /** Enough for a millisecond to end between any two commands of a look. */
    private static final int LOOKS = 2_000;

    @ParameterizedTest
    @MethodSource("io.headrace.redis.TestServer#all")
    void aRunningAttemptHasBegunAtOneInstant(TestServer server) {
        try (RedisFixture fixture = new RedisFixture(server)) {
            JobId id = fixture.broker().enqueue(NewJob.of("mail", "welcome", 1).build()).toCompletableFuture().join()
                    .id();
            List<ClaimedJob> claimed = fixture.broker()
                    .claim(new ClaimRequest(QUEUE, new WorkerId("ann"), 1, LEASE, List.of(Priority.values()))).jobs();
            Set<Instant> seen = new HashSet<>();
            for (int i = 0; i < LOOKS; i++) {
                seen.add(start(fixture.broker().find(id).job().orElseThrow()));
                seen.add(start(
                        fixture.broker().jobs().list(new JobQuery(QUEUE, JobState.RUNNING, null, null, null, 10)).jobs()
                                .get(0)));
            }
            List<Lease> leases = claimed.stream().map(ClaimedJob::lease).toList();
            assertThat(fixture.broker().renew(leases, LEASE).lost()).isEmpty();
            seen.add(start(fixture.broker().find(id).job().orElseThrow()));
            assertThat(seen).hasSize(1);
        }
    }

    private static Instant start(Job job) {
        Instant start = job.startedAt();
        return start == null ? Instant.MIN : start;
    }
}
