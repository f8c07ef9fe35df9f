package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.access.AccessStore.AuditQuery;
import io.headrace.access.AuditAction;
import io.headrace.access.AuditEntry;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobQuery;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Verdict;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.doctor.Doctor;
import io.headrace.redis.doctor.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.data.TemporalUnitOffset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;

/**
 * After the clock of Redis was a year ahead for a moment, the ids of entries stay so; the work that comes later is as
 * it should be.
 */
final class EntryTimesTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("ahead");
    private static final String BASE = "hr:{ahead}:";
    private static final Duration YEAR = Duration.ofDays(365);
    private static final TemporalUnitOffset SOON = within(10, ChronoUnit.SECONDS);

    EntryTimesTest() {
        super(QUEUE);
    }
    private JobClient client;

    @BeforeEach
    void start() throws Exception {
        client = new JobClient(broker);
        broker.queues().settings(QUEUE, new QueueSettings(0, YEAR, 100));
        jump(BASE + "ready:n");
    }

    /** What is left when the clock was a year ahead for long enough to add an entry, which has come and gone. */
    private void jump(String stream) {
        StreamEntryID entry = jedis.xadd(stream,
                XAddParams.xAddParams().id(new StreamEntryID(now().plus(YEAR).toEpochMilli(), 0)), Map.of("job", "{}"));
        if (!stream.equals("hr:audit")) {
            jedis.sendCommand(Command.XREADGROUP, "GROUP", "workers", "w0", "STREAMS", stream, ">");
            jedis.xack(stream, "workers", entry);
            jedis.xdel(stream, entry);
            jedis.sendCommand(Command.XGROUP, "DELCONSUMER", stream, "workers", "w0");
        }
    }

    @Test
    void aJobKnowsWhenItWasAcceptedWhereverItIs() {
        Submission submission = client.enqueue(job());
        JobId id = submission.id();
        assertThat(id.createdAt()).isAfter(now().plus(Duration.ofDays(360)));
        assertThat(submission.createdAt()).isCloseTo(now(), SOON);
        Instant accepted = submission.createdAt();
        assertThat(find(id).createdAt()).isEqualTo(accepted);
        assertThat(page(JobState.QUEUED)).extracting(Job::createdAt).containsExactly(accepted);
        ClaimedJob claimed = claim();
        assertThat(claimed.createdAt()).isEqualTo(accepted);
        assertThat(find(id).createdAt()).isEqualTo(accepted);
        settle(Verdict.retry(claimed.lease(), YEAR, claimed.document()));
        assertThat(find(id).createdAt()).isEqualTo(accepted);
        broker.jobs().runNow(id);
        assertThat(find(id).createdAt()).isEqualTo(accepted);
        succeed(claim());
        assertThat(find(id).createdAt()).isEqualTo(accepted);
        assertThat(page(JobState.SUCCEEDED)).extracting(Job::createdAt).containsExactly(accepted);
    }

    @Test
    void aJobThatIsSubmittedByTheScriptKnowsIt() {
        Submission submission = client.enqueue(NewJob.of(QUEUE.value(), "welcome", 1).uniqueKey("k").build());
        assertThat(submission.createdAt()).isCloseTo(now(), SOON);
        assertThat(claim().createdAt()).isEqualTo(submission.createdAt());
    }

    @Test
    void aJobExpiresInItsTime() {
        client.enqueue(NewJob.of(QUEUE.value(), "welcome", 1).expiresIn(Duration.ofMillis(1)).build());
        client.enqueue(NewJob.of(QUEUE.value(), "welcome", 1).expiresIn(Duration.ofHours(1)).build());
        long sent = now().toEpochMilli();
        Eventually.until("it has expired", () -> now().toEpochMilli() > sent + 1);
        assertThat(claim().expired()).isTrue();
        assertThat(claim().expired()).isFalse();
    }

    @Test
    void theFirstJobAfterTheClockWasSetBackKnowsItsTimeToo() {
        NewJob urgent = NewJob.of(QUEUE.value(), "welcome", 1).priority(Priority.HIGH).build();
        assertThat(client.enqueue(urgent).createdAt()).isCloseTo(now(), SOON);
        jump(BASE + "ready:h");
        ahead.addAndGet(YEAR.toNanos()); // what this process counts on from is a year ahead, too
        assertThat(client.enqueue(urgent).createdAt()).isCloseTo(now(), SOON);
    }

    @Test
    void theLineIsAsOldAsItsFirstJob() {
        client.enqueue(job());
        long sent = now().toEpochMilli();
        Eventually.until("a while", () -> now().toEpochMilli() > sent + 20);
        assertThat(broker.queues().info(QUEUE).orElseThrow().oldestQueuedAge()).isBetween(Duration.ofMillis(20),
                Duration.ofMinutes(1));
    }

    @Test
    void jobsOfATimeAreFoundByIt() {
        JobId waits = client.enqueue(job()).id();
        JobId ends = client.enqueue(NewJob.of(QUEUE.value(), "welcome", 1).build()).id();
        ClaimedJob first = claim();
        succeed(claim());
        settle(Verdict.release(first.lease(), first.document()));
        Instant from = now().minus(Duration.ofMinutes(1));
        Instant to = now().plus(Duration.ofMinutes(1));
        assertThat(page(JobState.QUEUED, from, to)).extracting(Job::id).containsExactly(waits);
        assertThat(page(JobState.SUCCEEDED, from, to)).extracting(Job::id).containsExactly(ends);
        assertThat(page(JobState.QUEUED, from.minus(YEAR), from)).isEmpty();
        assertThat(page(JobState.SUCCEEDED, from.minus(YEAR), from)).isEmpty();
        assertThat(page(JobState.SUCCEEDED, to, null)).isEmpty();
        assertThat(page(JobState.QUEUED, to, null)).isEmpty();
    }

    @Test
    void finishedJobsSpreadOverBucketsAndAreTrimmedInOrder() {
        List<JobId> ids = new ArrayList<>();
        client.enqueueAll(Collections.nCopies(2_500, job())).forEach(answer -> ids.add(answer.id()));
        for (int i = 0; i < 25; i++) {
            claim(100).forEach(this::succeed);
        }
        assertThat(jedis.keys(BASE + "finished:*")).hasSize(1);
        assertThat(ids.stream().map(Replies::bucket).distinct()).hasSizeGreaterThan(2);
        assertThat(broker.find(ids.get(0)).kind()).isEqualTo(Lookup.Kind.GONE);
        assertThat(broker.find(ids.get(2_499)).kind()).isEqualTo(Lookup.Kind.FOUND);
        long ended = now().toEpochMilli();
        Eventually.until("the next tenth of a second", () -> now().toEpochMilli() / 100 > ended / 100);
        NewJob urgent = NewJob.of(QUEUE.value(), "welcome", 1).priority(Priority.HIGH).build();
        JobId ordinary = client.enqueue(urgent).id();
        succeed(claim(1, Priority.HIGH).get(0));
        assertThat(broker.find(ordinary).kind()).as("it ended last, though its id is smaller")
                .isEqualTo(Lookup.Kind.FOUND);
        JobId never = new JobId(QUEUE, Priority.HIGH, false, now().toEpochMilli() + 500, 0);
        assertThat(broker.find(never)).as("what is forgotten ahead of the time does not count before it")
                .isEqualTo(Lookup.UNKNOWN);
    }

    @Test
    void aPurgeEmptiesTheLineWhateverTheClockSays() {
        client.enqueueAll(Collections.nCopies(40, job()));
        assertThat(broker.queues().purge(QUEUE, cancelled -> {})).isEqualTo(40);
        assertThat(page(JobState.QUEUED)).isEmpty();
    }

    @Test
    void theDoctorTellsIt() {
        try (Doctor doctor = Doctor.connect(RedisConfig.parse(redis.url()))) {
            assertThat(doctor.examineData(Set.of(), (done, total, what) -> {})).singleElement().satisfies(finding -> {
                assertThat(finding.check()).isEqualTo("clock");
                assertThat(finding.queue()).isEqualTo("ahead");
                assertThat(finding.level()).isEqualTo(Finding.Level.WARNING);
            });
        }
    }

    @Test
    void whatOperatorsDoIsOnRecordWithItsTime() {
        jump("hr:audit");
        broker.access().record(new AuditEntry("ann", Role.ADMIN, "::1", AuditAction.QUEUE_PAUSE, QUEUE, null,
                null, null, null, false));
        assertThat(broker.access().audit(new AuditQuery(null, null, null, Scope.ALL, null, 1)).entries())
                .singleElement().satisfies(entry -> assertThat(entry.at()).isCloseTo(now(), SOON));
    }

    private static NewJob job() {
        return NewJob.of(QUEUE.value(), "welcome", 1).build();
    }

    private Instant now() {
        List<String> time = jedis.time();
        return Instant.ofEpochSecond(Long.parseLong(time.get(0)), Long.parseLong(time.get(1)) * 1000);
    }

    private Job find(JobId id) {
        return broker.find(id).job().orElseThrow();
    }

    private List<Job> page(JobState state) {
        return page(state, null, null);
    }

    private List<Job> page(JobState state, @org.jspecify.annotations.Nullable Instant from,
            @org.jspecify.annotations.Nullable Instant to) {
        return broker.jobs().list(new JobQuery(QUEUE, state, null, null, from, to, null, 100)).jobs();
    }
}
