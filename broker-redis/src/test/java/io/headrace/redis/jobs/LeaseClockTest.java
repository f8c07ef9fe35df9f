package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.WorkerId;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.RedisSteps;
import io.headrace.redis.config.RedisConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.params.RestoreParams;

/**
 * What becomes of leases when the clock of Redis is set. Here the clock of the process is set the other way, which
 * looks the same to it, and the leases are given the times that they would have.
 */
final class LeaseClockTest extends RedisSteps {
    private static final QueueName QUEUE = new QueueName("set");
    private static final String STREAM = "hr:{set}:ready:n";
    private static final Duration HOUR = Duration.ofHours(1);

    LeaseClockTest() {
        super(QUEUE);
    }
    private ClaimedJob job;

    @BeforeEach
    void start() throws Exception {
        new JobClient(broker).enqueue(NewJob.of(QUEUE.value(), "welcome", 1).build());
        job = broker.claim(request("w1", LEASE)).jobs().get(0);
        assertThat(reclaim()).as("nobody is silent").isEmpty();
    }

    @Test
    void whenTheClockIsSetOnWorkersThatLiveKeepTheirJobs() {
        setOn();
        assertThat(reclaim()).isEmpty();
        assertThat(broker.renew(List.of(job.lease()), LEASE).lost()).isEmpty();
        pass(LEASE.plusSeconds(1));
        assertThat(reclaim()).isEmpty();
        assertThat(broker.renew(List.of(job.lease()), LEASE).lost()).isEmpty();
    }

    @Test
    void whenTheClockIsSetOnTheJobsOfAWorkerThatIsGoneAreTakenOverALeaseLater() {
        setOn();
        assertThat(reclaim()).isEmpty();
        pass(LEASE.minusSeconds(1));
        silent("IDLE", HOUR.plus(LEASE).toMillis());
        assertThat(reclaim()).isEmpty();
        pass(Duration.ofSeconds(2));
        silent("IDLE", HOUR.plus(LEASE).toMillis());
        assertThat(reclaim()).singleElement()
                .satisfies(taken -> assertThat(taken.lease().token().deliveries()).isEqualTo(2));
    }

    @Test
    void theLongestLeaseOnRecordIsWaitedFor() {
        broker.claim(request("w3", Duration.ofMinutes(10)));
        setOn();
        assertThat(reclaim()).isEmpty();
        pass(Duration.ofMinutes(9));
        assertThat(reclaim()).isEmpty();
        pass(Duration.ofMinutes(2));
        silent("IDLE", HOUR.toMillis());
        assertThat(reclaim()).hasSize(1);
    }

    @Test
    void whenTheClockIsSetBackLeasesOfTheFutureBeginNow() {
        renewedAnHourAhead();
        ahead.addAndGet(HOUR.toNanos());
        assertThat(reclaim()).isEmpty();
        Eventually.until("it grows older", () -> idle() > 0);
        assertThat(broker.renew(List.of(job.lease()), LEASE).lost()).isEmpty();
    }

    @Test
    void aProcessThatBeganAfterTheClockWasSetBackMendsItToo() {
        renewedAnHourAhead();
        try (RedisBroker another = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE)) {
            assertThat(another.reclaim(request("w4", LEASE), true)).isEmpty();
        }
        Eventually.until("it grows older", () -> idle() > 0);
    }

    /** A worker that had no free slot for a day looks at the clock again after that day. */
    @Test
    void clocksThatDriftApartOverADayWereNotSet() {
        LeaseClock.Reading morning = new LeaseClock.Reading(1_000_000, 0, 1_000_000);
        long day = Duration.ofDays(1).toNanos();
        long dayMs = Duration.ofDays(1).toMillis();
        for (long driftMs : new long[]{-8_000, 8_000}) { // 100 ppm, as quartz does
            assertThat(new LeaseClock.Reading(1_000_000 + dayMs + driftMs, day, day).stepSince(morning)).isZero();
        }
        assertThat(new LeaseClock.Reading(1_000_000 + 2 * dayMs, day, day).stepSince(morning)).isEqualTo(dayMs);
        assertThat(new LeaseClock.Reading(1_000_000, day, day).stepSince(morning)).isNegative();
    }

    /**
     * What the pending list holds when the clock was an hour ahead as the lease was given; no command sets such a time.
     */
    private void renewedAnHourAhead() {
        byte[] key = STREAM.getBytes(StandardCharsets.UTF_8);
        ByteBuffer dump = ByteBuffer.wrap(jedis.dump(key)).order(ByteOrder.LITTLE_ENDIAN);
        long now = Long.parseLong(jedis.time().get(0)) * 1000;
        int checksum = dump.capacity() - Long.BYTES;
        for (int at = 0; at + Long.BYTES <= checksum; at++) {
            if (Math.abs(dump.getLong(at) - now) < Duration.ofMinutes(1).toMillis()) {
                dump.putLong(at, dump.getLong(at) + HOUR.toMillis());
            }
        }
        dump.putLong(checksum, crc64(dump.array(), checksum));
        jedis.restore(key, 0, dump.array(), RestoreParams.restoreParams().replace());
        long start = micros();
        Eventually.until("the clock goes on", () -> micros() > start + 5_000);
        assertThat(idle()).as("it grows no older").isZero();
    }

    /** The checksum of Redis's dumps. */
    private static long crc64(byte[] bytes, int length) {
        long crc = 0;
        for (int i = 0; i < length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                boolean top = crc < 0 ^ (bytes[i] >> bit & 1) == 1;
                crc = crc << 1 ^ (top ? 0xad93d23594c935a9L : 0);
            }
        }
        return Long.reverse(crc);
    }

    private long micros() {
        List<String> time = jedis.time();
        return Long.parseLong(time.get(0)) * 1_000_000 + Long.parseLong(time.get(1));
    }

    /** The clock of Redis goes on by an hour at once. */
    private void setOn() {
        ahead.addAndGet(-HOUR.toNanos());
        silent("IDLE", HOUR.toMillis());
    }

    /**
     * Time passes for the process; that the clock of Redis stands still meanwhile looks like one that is set back,
     * which ends no wait.
     */
    private void pass(Duration time) {
        ahead.addAndGet(time.toNanos());
    }

    private void silent(String how, long ms) {
        Lease lease = job.lease();
        jedis.sendCommand(Command.XCLAIM, STREAM, "workers", lease.token().worker().value(), "0", lease.token().entry()
                .substring(1), how, Long.toString(ms), "JUSTID");
    }

    private long idle() {
        List<?> pending = (List<?>) jedis.sendCommand(Command.XPENDING, STREAM, "workers", "-", "+", "1");
        return (Long) ((List<?>) pending.get(0)).get(2);
    }

    private List<ClaimedJob> reclaim() {
        return broker.reclaim(request("w2", LEASE), true);
    }

    private static ClaimRequest request(String worker, Duration lease) {
        return new ClaimRequest(QUEUE, new WorkerId(worker), 10, lease, List.of(Priority.NORMAL));
    }
}
