package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.HeadraceException;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobQuery;
import io.headrace.broker.MoveResult;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.contract.process.TcpProxy;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.config.RedisConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.params.XClaimParams;
import redis.clients.jedis.params.XPendingParams;

/** A claim that breaks off behind each of its commands in turn: what was cancelled in line before it never runs. */
final class BrokenClaimTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("mail");
    private static final WorkerId VICTIM = new WorkerId("victim");
    private static final WorkerId HEIR = new WorkerId("heir");
    private static final int JOBS = 20;
    /** A claim takes fewer commands. */
    private static final int MOST_STEPS = 40;

    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    BrokenClaimTest() {
        super(QUEUE);
    }

    @BeforeEach
    void start() throws Exception {
        submit(1);
        claim(broker, HEIR, 1).forEach(job -> end(job, JobState.SUCCEEDED)); // the group and the scripts are there
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void whatWasCancelledInLineNeverRunsWhereverTheWorkerDiesThatClaimsIt() throws Exception {
        int steps = 0;
        while (breaksOff(steps + 1, true)) {
            steps++;
        }
        assertThat(steps).as("commands of a claim").isBetween(4, MOST_STEPS);
    }

    @Test
    void whatWasCancelledInLineNeverRunsWhicheverAnswerIsLostToTheWorkerThatClaimsIt() throws Exception {
        int steps = 0;
        while (breaksOff(steps + 1, false)) {
            steps++;
        }
        assertThat(steps).as("commands of a claim").isBetween(4, MOST_STEPS);
    }

    /** A mark that whoever took the entry out of the line died on, whichever way it is found. */
    @ParameterizedTest
    @ValueSource(strings = {"renew", "retry", "park", "release", "reclaim"})
    void aMarkThatStayedBehindIsFoundBy(String step) {
        ClaimedJob job = takenWithItsMark();
        JobId id = job.lease().job();
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.CANCELLED);
        switch (step) {
            case "renew" -> assertThat(broker.renew(List.of(job.lease()), LEASE).cancelled())
                    .containsExactly(job.lease());
            case "retry" -> settle(Verdict.retry(job.lease(), Duration.ofHours(1), job.document()));
            case "park" -> settle(Verdict.park(job.lease(), Duration.ofHours(1), job.document()));
            case "release" -> settle(Verdict.release(job.lease(), job.document()));
            default -> {
                // left to its lease
            }
        }
        List<ClaimedJob> all = new ArrayList<>(claim(broker, HEIR, JOBS));
        if (all.isEmpty()) {
            silence();
        }
        all.addAll(reclaim());
        assertThat(all).extracting(each -> each.lease().job()).containsExactly(id);
        assertThat(all.get(0).cancelled()).isTrue();
        end(all.get(0), JobState.CANCELLED);
        assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.CANCELLED);
        assertThat(jedis.exists("hr:{mail}:cancelled", "hr:{mail}:cancelling")).isZero();
    }

    @Test
    void aMarkThatStayedBehindEndsWithItsJobAndCountsUntilThen() {
        ClaimedJob job = takenWithItsMark();
        JobId id = job.lease().job();
        assertThat(broker.jobs().cancel(id)).isEqualTo(MoveResult.WRONG_STATE);
        assertThat(broker.jobs().position(id)).isEmpty();
        assertThat(listed(JobState.RUNNING)).isEmpty();
        assertThat(listed(JobState.QUEUED)).isEmpty();
        assertThat(listed(JobState.CANCELLED)).containsExactly(id);
        end(job, JobState.CANCELLED);
        assertThat(listed(JobState.CANCELLED)).containsExactly(id);
        assertThat(jedis.exists("hr:{mail}:cancelled", "hr:{mail}:cancelling")).isZero();
    }

    private List<JobId> listed(JobState state) {
        return broker.jobs().list(new JobQuery(QUEUE, state, null, null, null, 100)).jobs().stream().map(Job::id)
                .toList();
    }

    /** A leased job whose mark is still that of a job in line. */
    private ClaimedJob takenWithItsMark() {
        JobId id = submit(1).get(0);
        ClaimedJob job = claim(broker, VICTIM, 1).get(0);
        jedis.sadd("hr:{mail}:cancelled", id.toString());
        return job;
    }

    /**
     * Cancels some of the jobs in line and has a worker claim all, whose connection is dead behind its n-th command.
     * Nothing of what was cancelled may be handed out to be run, by whomever.
     *
     * @return whether the claim had so many commands
     */
    private boolean breaksOff(int step, boolean dies) throws Exception {
        List<JobId> ids = submit(JOBS);
        Set<JobId> cancelled = new HashSet<>();
        for (int i = 0; i < JOBS; i += 2) {
            assertThat(broker.jobs().cancel(ids.get(i))).isEqualTo(MoveResult.DONE);
            cancelled.add(ids.get(i));
        }
        List<ClaimedJob> all = new ArrayList<>();
        boolean brokeOff;
        try (TcpProxy proxy = TcpProxy.to(redis.port());
                RedisBroker other = RedisBroker.connect(RedisConfig.parse("redis://127.0.0.1:" + proxy.port()),
                        BrokerObserver.NONE)) {
            proxy.silenceAfter(step);
            Future<List<ClaimedJob>> claim = threads.submit(() -> claim(other, VICTIM, JOBS));
            Eventually.until("the claim ends or falls silent", () -> claim.isDone() || !proxy.silenceDue());
            brokeOff = !proxy.silenceDue();
            if (brokeOff && dies) {
                proxy.close();
                outcome(claim);
            } else {
                proxy.pass();
                all.addAll(outcome(claim));
                Eventually.until("Redis answers again", () -> all.addAll(tryToClaim(other)) || !all.isEmpty());
                while (all.addAll(claim(other, VICTIM, JOBS))) {
                    // what the lost answers said, and the rest
                }
            }
        }
        silence();
        all.addAll(reclaim());
        all.addAll(claim(broker, HEIR, JOBS));
        judge(step, new HashSet<>(ids), cancelled, all);
        return brokeOff;
    }

    private void judge(int step, Set<JobId> ids, Set<JobId> cancelled, List<ClaimedJob> handedOut) {
        Map<Boolean, Set<JobId>> out = handedOut.stream().collect(Collectors.partitioningBy(ClaimedJob::cancelled,
                Collectors.mapping(job -> job.lease().job(), Collectors.toSet())));
        assertThat(out.get(true)).as("cancelled, broken off behind command %d", step).isEqualTo(cancelled);
        ids.removeAll(cancelled);
        assertThat(out.get(false)).as("to be run, broken off behind command %d", step).isEqualTo(ids);
        Map<JobId, ClaimedJob> newest = handedOut.stream()
                .collect(Collectors.toMap(job -> job.lease().job(), job -> job, (first, second) -> second));
        newest.values().forEach(job -> end(job, job.cancelled() ? JobState.CANCELLED : JobState.SUCCEEDED));
        cancelled.forEach(
                id -> assertThat(broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.CANCELLED));
        assertThat(jedis.exists("hr:{mail}:cancelled", "hr:{mail}:cancelling")).isZero();
    }

    private static List<ClaimedJob> outcome(Future<List<ClaimedJob>> claim) throws Exception {
        try {
            return claim.get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e.getCause()).isInstanceOf(HeadraceException.class);
            return List.of();
        }
    }

    private List<ClaimedJob> tryToClaim(RedisBroker by) {
        try {
            return claim(by, VICTIM, JOBS);
        } catch (HeadraceException e) {
            return List.of();
        }
    }

    /** Lets every lease be over. */
    private void silence() {
        for (String level : List.of("h", "n", "l")) {
            String stream = "hr:{mail}:ready:" + level;
            jedis.xpending(stream, "workers", XPendingParams.xPendingParams("-", "+", 1000))
                    .stream().filter(pending -> !pending.getConsumerName().equals("released"))
                    .forEach(pending -> jedis.xclaimJustId(stream, "workers", pending.getConsumerName(), 0,
                            XClaimParams.xClaimParams().idle(LEASE.toMillis() + 1_000), pending.getID()));
        }
    }

    private List<ClaimedJob> reclaim() {
        return broker.reclaim(new ClaimRequest(QUEUE, HEIR, 1_000, LEASE, List.of(Priority.values())), true);
    }
}
