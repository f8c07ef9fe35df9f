package io.headrace.redis.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.JobClient;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.access.AccessStore.AuditQuery;
import io.headrace.access.Digest;
import io.headrace.access.Scope;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.JobQuery;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.connection.Replies;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;

/**
 * Looking at queues, jobs and workers changes nothing in Redis; what is to be put in order waits for a worker's
 * heartbeat.
 */
final class ReadingTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("mail");
    private static final WorkerId ANN = new WorkerId("ann");
    private static final WorkerId BOB = new WorkerId("bob");
    private static final Pattern STATISTIC = Pattern.compile("cmdstat_([^:|]+)[^:]*:calls=([0-9]+)");

    ReadingTest() {
        super(QUEUE);
    }

    @BeforeEach
    void start() throws Exception {}

    @Test
    void whoeverLooksWritesNothing() {
        jobsInEveryOtherState();
        heartbeat(ANN);
        JobId running = submit("running");
        claim(ANN);
        broker.jobs().cancel(submit("cancelled"));
        JobId waiting = submit("waiting");
        deadWorker(BOB);
        expireTheOldestFinishedJob();
        Set<String> before = keys();
        jedis.configResetStat();

        for (JobState state : JobState.values()) { // the one that has succeeded has expired by now
            boolean none = state == JobState.EXPIRED || state == JobState.SUCCEEDED;
            assertThat(broker.jobs().list(new JobQuery(QUEUE, state, null, null, null, 10)).jobs()).as(state.label())
                    .hasSize(none ? 0 : 1);
        }
        broker.queues().all();
        broker.queues().overview();
        broker.workers().live();
        assertThat(broker.queues().info(QUEUE)).isPresent();
        broker.queues().settings(QUEUE);
        broker.queues().history(QUEUE, 60);
        broker.jobs().dead(QUEUE, null, 10);
        broker.queues().due(QUEUE, LEASE);
        broker.queues().time(QUEUE);
        broker.jobs().log(running, 0, 10);
        broker.jobs().position(waiting);
        broker.access().keys();
        broker.access().session(Digest.of("nobody"));
        broker.access().audit(new AuditQuery(null, null, null, Scope.ALL, null, 10));
        assertThat(broker.readiness()).isEmpty();
        broker.find(waiting);
        broker.find(running);

        assertThat(writes()).isEmpty();
        assertThat(keys()).isEqualTo(before);
    }

    @Test
    void finishedJobsThatExpiredAreNotCountedBeforeAnybodyHasTidiedThemAway() {
        finish(JobState.SUCCEEDED);
        assertThat(broker.queues().info(QUEUE).orElseThrow().kept()).isEqualTo(1);
        expireTheOldestFinishedJob();
        assertThat(broker.queues().info(QUEUE).orElseThrow().kept()).isZero();
        heartbeat(ANN);
        assertThat(jedis.exists("hr:{mail}:finished")).isFalse();
        assertThat(jedis.hget("hr:{mail}:kept", "total")).isEqualTo("0");
    }

    @Test
    void aHeartbeatForgetsTheDeadOfItsQueueAndNobodyElse() {
        submit("a");
        heartbeat(ANN);
        claim(ANN);
        deadWorker(BOB);
        heartbeat(ANN);
        assertThat(consumers()).containsExactly("ann");
        assertThat(jedis.hkeys("hr:{mail}:leases")).containsExactly("ann");
        assertThat(jedis.smembers("hr:workers")).containsExactly("ann");
    }

    @Test
    void aDeadWorkerThatHoldsAJobIsForgottenOnceItHoldsNone() {
        heartbeat(BOB);
        JobId job = submit("a");
        claim(BOB);
        jedis.del("hr:worker:bob");
        heartbeat(ANN);
        assertThat(consumers()).containsExactly("bob");
        assertThat(broker.find(job).job().orElseThrow().state()).isEqualTo(JobState.RUNNING);
        assertThat(jedis.smembers("hr:workers")).containsExactly("ann");

        jedis.sendCommand(Command.XCLAIM, "hr:{mail}:ready:n", "workers", "ann", "0", job.entry(), "JUSTID");
        heartbeat(ANN);
        assertThat(consumers()).containsExactly("ann");
    }

    @Test
    void jobsThatWereHandedBackStayWithTheirConsumer() {
        submit("a");
        ClaimedJob job = claim(BOB).get(0);
        settle(Verdict.release(job.lease(), job.document()));
        heartbeat(ANN);
        assertThat(consumers()).containsExactly("released");
        assertThat(claim(ANN)).hasSize(1);
    }

    @Test
    void aTurnCostsTheSameHoweverManyQueuesAndDeadWorkersThereAre() {
        heartbeat(ANN);
        for (int i = 0; i < 300; i++) {
            jedis.sadd("hr:queues", "queue-" + i);
            jedis.sadd("hr:workers", "dead-" + i);
            jedis.hset("hr:{mail}:leases", "dead-" + i, "30000");
        }
        jedis.configResetStat();
        heartbeat(ANN);
        assertThat(commands().values().stream().mapToLong(n -> n).sum()).isLessThan(200);
    }

    @Test
    void aWorkerThatStoodStillIsOnTheListAgainWithItsNextHeartbeat() {
        heartbeat(ANN);
        jedis.del("hr:worker:ann");
        heartbeat(BOB);
        assertThat(jedis.smembers("hr:workers")).containsExactly("bob");
        heartbeat(ANN);
        assertThat(broker.workers().live()).extracting(WorkerInfo::id).contains(ANN);
    }

    private void jobsInEveryOtherState() {
        finish(JobState.SUCCEEDED);
        submit("scheduled", Duration.ofHours(1));
        for (Verdict.Move move : List.of(Verdict.Move.RETRY, Verdict.Move.PARK, Verdict.Move.BURY)) {
            submit("x");
            ClaimedJob job = last(claim(ANN, 10));
            settle(switch (move) {
                case RETRY -> Verdict.retry(job.lease(), LEASE, failed(job));
                case PARK -> Verdict.park(job.lease(), LEASE, job.document());
                default -> Verdict.bury(job.lease(), failed(job));
            });
        }
    }

    private static ClaimedJob last(List<ClaimedJob> jobs) {
        return jobs.get(jobs.size() - 1);
    }

    private static JobDocument failed(ClaimedJob job) {
        return job.document().with(job.document().history().and(new Attempt(1, "ann", Instant.EPOCH,
                Instant.EPOCH, Attempt.Outcome.FAILED, new Failure("broken", "no", null))));
    }

    private void finish(JobState how) {
        submit("done");
        ClaimedJob job = last(claim(ANN, 10));
        end(job, how);
    }

    private void expireTheOldestFinishedJob() {
        jedis.del("hr:{mail}:finished:" + jedis.zrange("hr:{mail}:finished", 0, 0).get(0));
    }

    /** A worker that claimed once, found nothing to hold, and died. */
    private void deadWorker(WorkerId worker) {
        heartbeat(worker);
        jedis.sendCommand(Command.XGROUP, "CREATECONSUMER", "hr:{mail}:ready:n", "workers", worker.value());
        jedis.hset("hr:{mail}:leases", worker.value(), "30000");
        jedis.del("hr:worker:" + worker.value());
    }

    private List<String> consumers() {
        return Replies.list(jedis.sendCommand(Command.XINFO, "CONSUMERS", "hr:{mail}:ready:n", "workers")).stream()
                .map(consumer -> Replies.map(consumer).get("name")).toList();
    }

    private JobId submit(String type) {
        return new JobClient(broker).enqueue(NewJob.of("mail", type, 1).build()).id();
    }

    private void submit(String type, Duration delay) {
        new JobClient(broker).enqueue(NewJob.of("mail", type, 1).delay(delay).build());
    }

    private void heartbeat(WorkerId worker) {
        broker.heartbeat(new WorkerInfo(worker, "host", 1, Instant.EPOCH, List.of(QUEUE), List.of(), 1, 0, LEASE,
                "running", "1", List.of()), LEASE);
    }

    private List<ClaimedJob> claim(WorkerId worker) {
        return claim(worker, 1);
    }

    private List<ClaimedJob> claim(WorkerId worker, int most) {
        return claim(broker, worker, most);
    }

    private Set<String> keys() {
        return new TreeSet<>(jedis.keys("*"));
    }

    /** The commands that can write, of those that ran. */
    private Set<String> writes() {
        Set<String> writes = new TreeSet<>();
        for (String name : commands().keySet()) {
            Object info = ((List<?>) jedis.sendCommand(Command.COMMAND, "INFO", name)).get(0);
            if (((List<?>) ((List<?>) info).get(2)).stream()
                    .anyMatch(flag -> new String((byte[]) flag, StandardCharsets.UTF_8).equals("write"))) {
                writes.add(name);
            }
        }
        return writes;
    }

    private Map<String, Long> commands() {
        Map<String, Long> counts = new TreeMap<>();
        jedis.info("commandstats").lines().map(STATISTIC::matcher).filter(Matcher::find)
                .forEach(line -> counts.put(line.group(1), Long.valueOf(line.group(2))));
        return counts;
    }
}
