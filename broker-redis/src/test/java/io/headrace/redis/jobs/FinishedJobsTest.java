package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.broker.QueueSettings;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.doctor.Doctor;
import io.headrace.redis.doctor.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XAddParams;

/** Which finished jobs are kept: those that ended last, whenever they were accepted. */
final class FinishedJobsTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("kept");
    private static final String BASE = "hr:{kept}:";
    private static final Duration DAY = Duration.ofDays(1);

    FinishedJobsTest() {
        super(QUEUE);
    }

    @BeforeEach
    void start() throws Exception {
        broker.queues().settings(QUEUE, new QueueSettings(0, DAY, 10));
        jedis.hset(BASE + "settings", "created_ms", "0"); // its jobs are older than this test
    }

    @Test
    void aJobThatEndsLongAfterItWasAcceptedIsKeptLikeThoseThatEndWithIt() {
        JobId old = accepted(DAY, 0);
        run(Priority.NORMAL, 12);
        nextBucket();
        run(Priority.HIGH, 1);
        assertThat(kind(old)).isEqualTo(Lookup.Kind.FOUND);
        nextBucket();
        run(Priority.NORMAL, 9);
        assertThat(kind(old)).as("nine have ended since, and ten are kept").isEqualTo(Lookup.Kind.FOUND);
        assertThat(kept()).isEqualTo(10);
        nextBucket();
        run(Priority.NORMAL, 10);
        assertThat(kind(old)).isEqualTo(Lookup.Kind.GONE);
        assertThat(kept()).isEqualTo(10);
        assertThat(jedis.zcard(BASE + "late")).isZero();
        assertThat(jedis.zcard(BASE + "ended")).isZero();
        assertSound();
    }

    @Test
    void ofJobsThatEndLateThoseGoFirstThatEndedFirst() {
        JobId second = accepted(DAY, 0);
        accepted(Duration.ofHours(1), 0);
        List<ClaimedJob> both = claim(2, Priority.HIGH);
        JobId first = both.get(1).lease().job();
        succeed(both.get(1));
        nextBucket();
        succeed(both.get(0));
        nextBucket();
        run(Priority.NORMAL, 9);
        assertThat(kind(first)).isEqualTo(Lookup.Kind.GONE);
        assertThat(kind(second)).isEqualTo(Lookup.Kind.FOUND);
        assertSound();
    }

    @Test
    void finishedJobsAreListedByTheirAcceptanceWhenSomeEndLate() {
        List<JobId> accepted = new ArrayList<>();
        for (int hours = 5; hours > 0; hours--) {
            accepted.add(accepted(Duration.ofHours(hours), 0));
        }
        List<ClaimedJob> late = new ArrayList<>(claim(5, Priority.HIGH));
        Collections.rotate(late, 2);
        late.forEach(this::succeed);
        accepted.addAll(run(Priority.NORMAL, 3));
        Collections.reverse(accepted);
        List<JobId> listed = new ArrayList<>();
        String cursor = null;
        do {
            JobPage<Job> page = broker.jobs().list(new JobQuery(QUEUE, JobState.SUCCEEDED, null, null, cursor, 2));
            page.jobs().stream().map(Job::id).forEach(listed::add);
            cursor = page.next().orElse(null);
        } while (cursor != null);
        assertThat(listed).containsExactlyElementsOf(accepted);
    }

    @Test
    void aJobThatIsOffTheRecordAnswersGoneWhileOthersOfItsBucketThatEndedLateAreKept() {
        JobId old = accepted(DAY, 0);
        run(Priority.HIGH, 1);
        JobId other = new JobId(QUEUE, Priority.HIGH, false, old.millis(), 7);
        assertThat(kind(other)).as("one of the same tenth of a second").isEqualTo(Lookup.Kind.GONE);
    }

    /** A bucket is not told to live on with each job, only where that makes a difference. */
    @Test
    void whatEndsIsKeptForAsLongAsSaidWheneverItsBucketBegan() {
        JobId old = accepted(DAY, 0);
        accepted(old.millis(), 1);
        List<ClaimedJob> both = claim(2, Priority.HIGH);
        String bucket = BASE + "finished:" + old.millis() / 100;
        succeed(both.get(0));
        assertThat(jedis.pttl(bucket)).isBetween(DAY.toMillis() - 60_000, DAY.toMillis() + 2_000);
        jedis.pexpire(bucket, 60_000);
        nextBucket();
        succeed(both.get(1));
        assertThat(jedis.pttl(bucket)).isBetween(DAY.toMillis() - 60_000, DAY.toMillis() + 2_000);

        broker.queues().settings(QUEUE, new QueueSettings(0, Duration.ofSeconds(50), 10));
        JobId young = run(Priority.NORMAL, 1).get(0);
        assertThat(jedis.pttl(BASE + "finished:" + young.millis() / 100)).isBetween(1L, 50_000L);
    }

    @Test
    void theDoctorFindsAndMendsListsOfLateBucketsThatAreAtOdds() {
        accepted(DAY, 0);
        run(Priority.HIGH, 1);
        jedis.del(BASE + "ended");
        assertThat(faults()).singleElement().asString().contains("ended late");
        try (Doctor doctor = Doctor.connect(RedisConfig.parse(redis.url()))) {
            doctor.examineData(Set.of(), (done, total, what) -> {});
            doctor.repair((done, total, what) -> {});
        }
        assertSound();
    }

    /** Stores a job as if it had been accepted so long ago, before all others of its priority. */
    private JobId accepted(Duration ago, int sequence) {
        List<String> time = jedis.time();
        return accepted(Long.parseLong(time.get(0)) * 1000 - ago.toMillis(), sequence);
    }

    private JobId accepted(long millis, int sequence) {
        byte[] document = JobDocument.of(NewJob.of(QUEUE.value(), "welcome", 1).build().spec()).bytes();
        jedis.xadd((BASE + "ready:h").getBytes(java.nio.charset.StandardCharsets.UTF_8),
                XAddParams.xAddParams().id(new StreamEntryID(millis, sequence)), Map.of("job".getBytes(
                        java.nio.charset.StandardCharsets.UTF_8), document));
        return new JobId(QUEUE, Priority.HIGH, false, millis, sequence);
    }

    /** Submits jobs, unless they are of the priority whose jobs are there already, and lets each succeed by itself. */
    private List<JobId> run(Priority priority, int count) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (priority == Priority.NORMAL) {
                new JobClient(broker).enqueue(NewJob.of(QUEUE.value(), "welcome", 1).build());
            }
            ClaimedJob job = claim(1, priority).get(0);
            succeed(job);
            ids.add(job.lease().job());
        }
        return ids;
    }

    /** Waits until what ends now is told apart from what has ended. */
    private void nextBucket() {
        long bucket = tenths();
        Eventually.until("the next tenth of a second", () -> tenths() > bucket);
    }

    private Lookup.Kind kind(JobId id) {
        return broker.find(id).kind();
    }

    private long kept() {
        return broker.queues().info(QUEUE).orElseThrow().kept();
    }

    private List<String> faults() {
        return findings().stream().filter(finding -> finding.level() == Finding.Level.PROBLEM).map(Finding::toString)
                .toList();
    }

    private void assertSound() {
        assertThat(faults()).isEmpty();
    }
}
