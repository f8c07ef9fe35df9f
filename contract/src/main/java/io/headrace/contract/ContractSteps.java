package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.broker.Broker;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Jobs;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Queues;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.Workers;
import io.headrace.broker.WriteResult;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.data.TemporalUnitOffset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/**
 * What the parts of {@link BrokerContract} have in common: a queue of its own for each test, and steps in their words.
 */
@TestInstance(TestInstance.Lifecycle.PER_METHOD)
abstract class ContractSteps {
    static final Duration LEASE = Duration.ofSeconds(30);
    static final Duration LONG = Duration.ofHours(1);
    /** How long a signal that must come may take; it bounds failures, not the tests. */
    static final Duration SOON = Duration.ofSeconds(10);
    static final List<Priority> ORDER = List.of(Priority.HIGH, Priority.NORMAL, Priority.LOW);
    /**
     * What a broker tells of a time twice may differ by as much as its clock is read at different instants, on a busy
     * machine too.
     */
    static final TemporalUnitOffset CLOCKS = within(20, ChronoUnit.MILLIS);
    static final Comparator<Instant> BY_THE_CLOCK = (one, other) -> Math.abs(ChronoUnit.MILLIS.between(one, other)) <= 2
            ? 0
            : one.compareTo(other);
    static final Json RESULT = Json.parse("{\"words\":1234567890123456789012}");

    /** Sets queues and workers of one run apart from those that earlier runs left in a shared store. */
    private static final AtomicLong NAMES = new AtomicLong(System.currentTimeMillis() * 1000);

    final QueueName queue = newQueue();
    final WorkerId ann = new WorkerId("ann-" + NAMES.incrementAndGet());
    final WorkerId bob = new WorkerId("bob-" + NAMES.incrementAndGet());

    private @Nullable BrokerFixture opened;

    abstract BrokerFixture open();

    @BeforeEach
    void openFixture() {
        opened = open();
    }

    @AfterEach
    void closeFixture() {
        fixture().close();
    }

    BrokerFixture fixture() {
        if (opened == null) {
            throw new IllegalStateException("the test has not begun");
        }
        return opened;
    }

    Broker broker() {
        return fixture().broker();
    }

    Queues queues() {
        return broker().queues();
    }

    Jobs jobs() {
        return broker().jobs();
    }

    Workers workers() {
        return broker().workers();
    }

    static QueueName newQueue() {
        return new QueueName("contract-" + NAMES.incrementAndGet());
    }

    /** A job that asks for nothing special. */
    NewJob.Builder job() {
        return job("mail");
    }

    NewJob.Builder job(String type) {
        return NewJob.of(queue.value(), type, Map.of("to", "ann@example.org"));
    }

    Submission submit(NewJob.Builder job) {
        return broker().enqueue(job.build()).toCompletableFuture().join();
    }

    /** Submits a job that must be accepted. */
    JobId send(NewJob.Builder job) {
        Submission answer = submit(job);
        assertThat(answer.kind()).isEqualTo(Submission.Kind.ACCEPTED);
        return answer.id();
    }

    List<JobId> send(int count) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(send(job()));
        }
        return ids;
    }

    ClaimRequest ask(WorkerId worker, int max) {
        return new ClaimRequest(queue, worker, max, LEASE, ORDER);
    }

    List<ClaimedJob> claim(WorkerId worker, int max) {
        return broker().claim(ask(worker, max)).jobs();
    }

    /** Claims the one job that must be there for the asking. */
    ClaimedJob claimOne(WorkerId worker) {
        List<ClaimedJob> jobs = claim(worker, 1);
        assertThat(jobs).as("jobs that %s could claim", worker).hasSize(1);
        return jobs.get(0);
    }

    /** Sends a job and claims it. */
    ClaimedJob running(WorkerId worker) {
        return running(job(), worker);
    }

    ClaimedJob running(NewJob.Builder job, WorkerId worker) {
        JobId id = send(job);
        ClaimedJob claimed = claimOne(worker);
        assertThat(claimed.lease().job()).isEqualTo(id);
        return claimed;
    }

    /** Sends a job, runs it and fails it for good. */
    JobId dead(NewJob.Builder job) {
        ClaimedJob claimed = running(job, ann);
        assertThat(settle(bury(claimed))).isEqualTo(WriteResult.RECORDED);
        return claimed.lease().job();
    }

    JobId retrying(NewJob.Builder job) {
        ClaimedJob claimed = running(job, ann);
        assertThat(settle(retry(claimed, LONG))).isEqualTo(WriteResult.RECORDED);
        return claimed.lease().job();
    }

    JobId parked(NewJob.Builder job) {
        ClaimedJob claimed = running(job, ann);
        assertThat(settle(park(claimed, LONG))).isEqualTo(WriteResult.RECORDED);
        return claimed.lease().job();
    }

    JobId succeeded(NewJob.Builder job) {
        ClaimedJob claimed = running(job, ann);
        assertThat(settle(succeed(claimed))).isEqualTo(WriteResult.RECORDED);
        return claimed.lease().job();
    }

    /** Reclaims until enough came, in as many calls as the contract allows an expired lease to stay unnoticed. */
    List<ClaimedJob> reclaim(WorkerId worker, int expected) {
        List<ClaimedJob> jobs = new ArrayList<>();
        for (int call = 0; call < 50 && jobs.size() < expected; call++) {
            jobs.addAll(broker().reclaim(ask(worker, expected - jobs.size()), true));
        }
        return jobs;
    }

    /** Lets a worker go silent and another take its job. */
    ClaimedJob takenOver(ClaimedJob from, WorkerId by) {
        fixture().silence(from.lease(), LEASE.plusSeconds(1));
        List<ClaimedJob> jobs = reclaim(by, 1);
        assertThat(jobs).extracting(job -> job.lease().job()).containsExactly(from.lease().job());
        return jobs.get(0);
    }

    WriteResult settle(Verdict verdict) {
        return broker().settle(verdict).toCompletableFuture().join();
    }

    Verdict succeed(ClaimedJob job) {
        return end(job, JobState.SUCCEEDED);
    }

    Verdict end(ClaimedJob job, JobState how) {
        Attempt.Outcome outcome = how == JobState.SUCCEEDED ? Attempt.Outcome.SUCCEEDED : Attempt.Outcome.CANCELLED;
        History history = history(job).and(attempt(job, outcome, null))
                .ended(how, job.claimedAt(), how == JobState.SUCCEEDED ? RESULT : null);
        return Verdict.finish(job.lease(), job.document().with(history));
    }

    Verdict retry(ClaimedJob job, Duration delay) {
        return Verdict.retry(job.lease(), delay, failed(job, "Boom"));
    }

    Verdict park(ClaimedJob job, Duration delay) {
        return Verdict.park(job.lease(), delay, job.document().with(history(job)));
    }

    Verdict bury(ClaimedJob job) {
        return bury(job, "Boom");
    }

    Verdict bury(ClaimedJob job, String error) {
        JobDocument failed = failed(job, error);
        return Verdict.bury(job.lease(), failed.with(failed.history().ended(JobState.DEAD, job.claimedAt(), null)));
    }

    Verdict release(ClaimedJob job) {
        return Verdict.release(job.lease(), job.document());
    }

    /** A verdict of this kind, as a worker would write it. */
    Verdict verdict(Verdict.Move move, ClaimedJob job) {
        return verdict(move, job, Duration.ZERO);
    }

    Verdict verdict(Verdict.Move move, ClaimedJob job, Duration delay) {
        return switch (move) {
            case FINISH -> succeed(job);
            case RETRY -> retry(job, delay);
            case PARK -> park(job, delay);
            case BURY -> bury(job);
            case RELEASE -> release(job);
        };
    }

    private JobDocument failed(ClaimedJob job, String error) {
        return job.document().with(history(job)
                .and(attempt(job, Attempt.Outcome.FAILED, new Failure(error, "it failed", "at Mill.turn"))));
    }

    private static History history(ClaimedJob job) {
        History history = job.document().history();
        for (Attempt lost : job.lost()) {
            history = history.and(lost);
        }
        return history;
    }

    private static Attempt attempt(ClaimedJob job, Attempt.Outcome outcome, @Nullable Failure error) {
        return new Attempt(job.lease().attempt(), job.lease().token().worker().value(), job.claimedAt(),
                job.claimedAt(), outcome, error);
    }

    /** The job, which must be on record. */
    Job find(JobId id) {
        Lookup found = broker().find(id);
        assertThat(found.kind()).as("the look-up of %s", id).isEqualTo(Lookup.Kind.FOUND);
        return found.job().orElseThrow();
    }

    JobState state(JobId id) {
        return find(id).state();
    }

    QueueInfo info() {
        return queues().info(queue).orElseThrow();
    }

    long count(JobState state) {
        return info().counts().getOrDefault(state, 0L);
    }

    /** An instant within a second of another: where a test cannot know to the millisecond. */
    static void assertClose(@Nullable Instant actual, Instant expected) {
        assertThat(actual).isNotNull();
        assertThat(Duration.between(expected, actual).abs()).isLessThan(Duration.ofSeconds(1));
    }

    /**
     * Nothing of the queue can be run: a broker may hand out a cancelled job so that a worker records its end, and this
     * does so.
     */
    void assertNothingToRun() {
        for (ClaimedJob job : claim(ann, 100)) {
            assertThat(job.cancelled()).as("%s must not run", job.lease().job()).isTrue();
            settle(end(job, JobState.CANCELLED));
        }
        assertThat(claim(ann, 100)).isEmpty();
    }
}
