package io.headrace.redis.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Idempotency;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.WriteResult;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.TestServer;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import redis.clients.jedis.Protocol.Command;

/** A queue with jobs in every place, what may be done to it by hand, and what the doctor says and mends. */
abstract class DoctorSteps {
    private static final AtomicLong COUNT = new AtomicLong();
    static final QueueName QUEUE = new QueueName("mail");
    static final WorkerId ANN = new WorkerId("ann");
    static final List<Priority> LEVELS = List.of(Priority.values());

    final RedisConfig config;
    final RedisKeys keys;
    final RedisBroker broker;
    final JobClient client;
    final Redis link;

    DoctorSteps(TestServer server) {
        config = RedisConfig.parse(server.url())
                .withPrefix("d" + System.nanoTime() + "-" + COUNT.incrementAndGet() + ":");
        keys = new RedisKeys(config);
        broker = RedisBroker.connect(config, BrokerObserver.NONE);
        client = new JobClient(broker);
        link = new Redis(config, BrokerObserver.NONE, 2, System::nanoTime);
    }

    static Stream<TestServer> servers() {
        return Stream.of(TestServer.embedded(), TestServer.cluster());
    }

    @BeforeEach
    void aWorkerIsAlive() {
        heartbeat(ANN, Duration.ofMinutes(5));
    }

    @AfterEach
    void close() {
        broker.close();
        link.close();
    }

    void aJobInEveryPlace() {
        scheduled();
        republished();
        finished(NewJob.of("mail", "welcome", "x"));
        finished(NewJob.of("mail", "welcome", "x").retention(Duration.ofHours(1)).uniqueKey("a"));
        finished(NewJob.of("mail", "welcome", "x").retention(Duration.ZERO));
        for (Priority priority : Priority.values()) {
            queued(NewJob.of("mail", "welcome", "x").priority(priority).uniqueKey(priority.label()));
        }
        ClaimedJob released = claim(Priority.HIGH);
        settle(Verdict.release(released.lease(), released.document()));
        queued();
        broker.jobs().cancel(queued(NewJob.of("mail", "welcome", "x").uniqueKey("c")));
        settle(retried(claim()));
        ClaimedJob parked = claim();
        settle(Verdict.park(parked.lease(), Duration.ofHours(1), parked.document()));
        queued();
        ClaimedJob running = claim();
        broker.report(running.lease(), new Progress(0.5, "half"), 0, List.of("a line")).toCompletableFuture().join();
        broker.jobs().cancel(running.lease().job());
        queued(NewJob.of("mail", "welcome", "x").priority(Priority.LOW).idempotency(new Idempotency("i", "f")));
        ClaimedJob dead = claim(Priority.LOW);
        settle(Verdict.bury(dead.lease(), dead.document()));
    }

    JobId queued() {
        return queued(NewJob.of("mail", "welcome", Map.of("to", "a")));
    }

    JobId queued(NewJob.Builder job) {
        return client.enqueue(job.build()).id();
    }

    JobId scheduled() {
        return queued(NewJob.of("mail", "welcome", "x").delay(Duration.ofHours(1)));
    }

    JobId republished() {
        JobId id = scheduled();
        broker.jobs().runNow(id);
        return id;
    }

    JobId finished(NewJob.Builder job) {
        JobId id = queued(job);
        assertThat(settle(succeeded(claim(id.priority())))).isEqualTo(WriteResult.RECORDED);
        return id;
    }

    ClaimRequest ask() {
        return new ClaimRequest(QUEUE, ANN, 1, Duration.ofSeconds(30), List.of(Priority.NORMAL));
    }

    ClaimedJob claim() {
        return claim(Priority.NORMAL);
    }

    ClaimedJob claim(Priority priority) {
        return broker.claim(new ClaimRequest(QUEUE, ANN, 1, Duration.ofSeconds(30), List.of(priority))).jobs().get(0);
    }

    static Verdict succeeded(ClaimedJob job) {
        return Verdict.finish(job.lease(),
                job.document().with(job.document().history().ended(JobState.SUCCEEDED, job.claimedAt(), null)));
    }

    static Verdict retried(ClaimedJob job) {
        return Verdict.retry(job.lease(), Duration.ofHours(1), job.document());
    }

    WriteResult settle(Verdict verdict) {
        return broker.settle(verdict).toCompletableFuture().join();
    }

    static String document(ClaimedJob job) {
        return Replies.text(job.document().bytes());
    }

    void heartbeat(WorkerId worker, Duration lifetime) {
        broker.heartbeat(new WorkerInfo(worker, "host", 1, Instant.EPOCH, List.of(QUEUE), List.of(), 1, 0,
                Duration.ofSeconds(30), "running", "test", List.of()), lifetime);
    }

    String key(String name) {
        return keys.base(QUEUE) + name;
    }

    String redis(Command command, String... words) {
        byte[][] arguments = Arrays.stream(words).map(RedisKeys::bytes).toArray(byte[][]::new);
        byte[] key = command == Command.XGROUP ? arguments[1] : arguments[0];
        Object answer = link.call(key, new Request(command, arguments));
        return Replies.text(answer);
    }

    String lag() {
        byte[] stream = RedisKeys.bytes(key("ready:n"));
        Object groups = link.call(stream, new Request(Command.XINFO, RedisKeys.bytes("GROUPS"), stream));
        return String.valueOf(Replies.map(Replies.list(groups).get(0)).get("lag"));
    }

    static void ignore(long done, long total, String what) {}

    void assertNothingIsFound() {
        try (Doctor doctor = Doctor.connect(config)) {
            assertThat(doctor.examineData(Set.of(), DoctorSteps::ignore))
                    .allMatch(finding -> finding.level() == Finding.Level.OK);
        }
    }

    static List<Defect> faults(List<Finding> findings) {
        return findings.stream().filter(finding -> finding.level() != Finding.Level.OK)
                .map(finding -> Arrays.stream(Defect.values())
                        .filter(fault -> fault.finding(finding.queue(), finding.count(), List.of()).found()
                                .equals(finding.found()))
                        .findFirst().orElseThrow())
                .toList();
    }

    void assertFoundAndMended(Defect... expected) {
        try (Doctor doctor = Doctor.connect(config)) {
            List<Finding> findings = doctor.examineData(Set.of(), DoctorSteps::ignore);
            assertThat(faults(findings)).as("%s", findings).containsExactlyInAnyOrder(expected);
            assertThat(doctor.repair(DoctorSteps::ignore)).hasSize(expected.length)
                    .allMatch(repaired -> repaired.repaired() == repaired.finding().count());
        }
        assertNothingIsFound();
    }

    void assertFoundAndLeft(Defect... expected) {
        try (Doctor doctor = Doctor.connect(config)) {
            List<Finding> findings = doctor.examineData(Set.of(), DoctorSteps::ignore);
            assertThat(faults(findings)).as("%s", findings).containsExactlyInAnyOrder(expected);
            assertThat(doctor.repair(DoctorSteps::ignore)).allMatch(repaired -> repaired.repaired() == 0
                    || repaired.finding().check().equals("addresses"));
        }
    }
}
