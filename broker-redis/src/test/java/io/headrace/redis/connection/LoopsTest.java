package io.headrace.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;

/** Threads of the broker meet an exception that nobody expects: here a clock or a listener throws it. */
final class LoopsTest {
    private static final QueueName QUEUE = new QueueName("mail");
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    /** How often the clock still throws on the thread of this name. */
    private final AtomicInteger surprises = new AtomicInteger();
    private volatile String victim = "";
    private EmbeddedRedis redis;
    private RedisBroker broker;
    private Jedis jedis;

    @BeforeEach
    void start() throws Exception {
        redis = EmbeddedRedis.start(folder, 0, null, Map.of("appendonly", "yes"));
        broker = connect(BrokerObserver.NONE);
        jedis = new Jedis("127.0.0.1", redis.port());
    }

    private RedisBroker connect(BrokerObserver observer) {
        return RedisBroker.connect(RedisConfig.parse(redis.url()), observer, this::nanoTime);
    }

    private long nanoTime() {
        if (Thread.currentThread().getName().equals(victim) && surprises.getAndDecrement() > 0) {
            throw new IllegalStateException("a surprise");
        }
        return System.nanoTime();
    }

    private void surprise(String thread) {
        surprises.set(1);
        victim = thread;
    }

    private void awaitSurprise() {
        Eventually.until("the thread has met the surprise", () -> surprises.get() <= 0);
    }

    @AfterEach
    void stop() throws Exception {
        jedis.close();
        broker.close();
        redis.close();
    }

    @Test
    void theListenerGoesOnAfterAnExceptionThatNobodyExpects() throws Exception {
        BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
        try (Subscription ours = broker.onCancel(Set.of(QUEUE), heard::add)) {
            surprise("headrace-listen");
            jedis.clientKill(new ClientKillParams().type(ClientType.PUBSUB));
            awaitSurprise();
            Eventually.until("the channel stands again",
                    () -> jedis.publish("hr:{mail}:cancel", "mail_n1763770000123-0") == 1);
            assertThat(heard.poll(SOON.toMillis(), TimeUnit.MILLISECONDS)).hasToString("mail_n1763770000123-0");
        }
    }

    @Test
    void aConnectionThatHearsNothingForLongerThanACallMayTakeGoesOnListening() {
        try (Subscription ours = broker.onCancel(Set.of(QUEUE), job -> {})) {
            String first = listening().replaceFirst("^(id=[0-9]+) .*", "$1 ");
            Eventually.until("it has heard nothing for long",
                    () -> listening().matches("id=.* idle=([7-9]|[1-9][0-9]) .*"));
            assertThat(listening()).startsWith(first);
        }
    }

    private String listening() {
        return jedis.clientList(ClientType.PUBSUB).strip();
    }

    @Test
    void oneListenerThatThrowsKeepsNothingFromTheOthersNorFromItself() throws Exception {
        BlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
        AtomicInteger thrown = new AtomicInteger();
        try (Subscription bad = broker.onCancel(Set.of(QUEUE), job -> {
            thrown.incrementAndGet();
            throw new IllegalStateException("a surprise");
        }); Subscription good = broker.onCancel(Set.of(QUEUE), heard::add)) {
            for (int i = 0; i < 3; i++) {
                jedis.publish("hr:{mail}:cancel", "mail_n1763770000123-" + i);
                assertThat(heard.poll(SOON.toMillis(), TimeUnit.MILLISECONDS))
                        .hasToString("mail_n1763770000123-" + i);
            }
            Eventually.until("it heard all", () -> thrown.get() == 3);
            assertThat(jedis.pubsubNumSub("hr:{mail}:cancel")).as("on one connection all the time")
                    .containsValue(1L);
        }
    }

    @Test
    void theWatchOfTheListenerSurvivesWhatItsTickThrows() {
        AtomicInteger ticks = new AtomicInteger();
        try (Redis link = new Redis(RedisConfig.parse(redis.url()), BrokerObserver.NONE, 2, this::nanoTime);
                PubSub listener = new PubSub(link, "hr:silence", this::nanoTime, new UnexpectedErrors(this::nanoTime),
                        () -> {
                            ticks.incrementAndGet();
                            throw new IllegalStateException("a surprise");
                        });
                Subscription ours = listener.listen(Set.of("hr:{mail}:cancel"), message -> {})) {
            surprise(Thread.currentThread().getName());
            assertThatCode(listener::beat).doesNotThrowAnyException();
            surprises.set(0);
            assertThatCode(listener::beat).doesNotThrowAnyException();
        }
        assertThat(ticks).hasValue(2);
    }

    @Test
    void whoWaitsForWorkIsToldOfTheExceptionOnceAndWokenTheNextTime() throws Exception {
        assertThat(broker.awaitReady(Set.of(QUEUE), Duration.ofMillis(20))).isFalse();
        surprise("headrace-wake");
        assertThatThrownBy(() -> broker.awaitReady(Set.of(QUEUE), SOON)).isInstanceOf(BrokerUnavailable.class);
        new JobClient(broker).enqueue(NewJob.of("mail", "welcome", 1).build());
        assertThat(broker.awaitReady(Set.of(QUEUE), SOON)).isTrue();
    }

    @Test
    void anOutageEndsAlthoughItsProbeMetAnExceptionThatNobodyExpects() throws Exception {
        int port = redis.port();
        surprise("headrace-probe");
        redis.close();
        Eventually.until("calls fail", () -> !answers());
        awaitSurprise();
        redis = EmbeddedRedis.start(folder, port, null, Map.of("appendonly", "yes"));
        Eventually.until("calls succeed", this::answers);
    }

    @Test
    void anObserverThatThrowsHarmsNoCallAndNoOutageIsForEver() throws Exception {
        broker.close();
        broker = connect(new BrokerObserver() {
            @Override
            public void roundTrip(Duration took) {
                throw new IllegalStateException("a surprise");
            }

            @Override
            public void away(String why) {
                throw new IllegalStateException("a surprise");
            }

            @Override
            public void back(Duration after) {
                throw new IllegalStateException("a surprise");
            }
        });
        assertThat(answers()).isTrue();
        int port = redis.port();
        redis.close();
        Eventually.until("calls fail", () -> !answers());
        redis = EmbeddedRedis.start(folder, port, null, Map.of("appendonly", "yes"));
        Eventually.until("calls succeed", this::answers);
    }

    private boolean answers() {
        try {
            broker.find(JobId.parse("mail_n1763770000123-0"));
            return true;
        } catch (HeadraceException e) {
            return false;
        }
    }
}
