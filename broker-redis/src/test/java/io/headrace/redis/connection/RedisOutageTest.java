package io.headrace.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Attempt;
import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import io.headrace.JobClient;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.Subscription;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WriteResult;
import io.headrace.redis.Eventually;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.TestServer;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.embedded.EmbeddedRedis;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.args.ClientType;
import redis.clients.jedis.params.ClientKillParams;
import redis.clients.jedis.params.XClaimParams;

/** Redis goes away and comes back under a broker that stays. */
final class RedisOutageTest {
    private static final QueueName QUEUE = new QueueName("email");
    private static final ClaimRequest CLAIM = new ClaimRequest(QUEUE, new WorkerId("w1"), 10, Duration.ofSeconds(30),
            List.of(Priority.values()));

    @TempDir
    Path folder;

    @Test
    void everySeamWorksAgainAfterARestartAndFailsClearlyBefore() throws Exception {
        EmbeddedRedis first = EmbeddedRedis.start(folder, 0);
        int port = first.port();
        try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(first.url()), BrokerObserver.NONE)) {
            JobClient client = new JobClient(broker);
            JobId before = client.enqueue(job()).id();
            LinkedBlockingQueue<JobId> heard = new LinkedBlockingQueue<>();
            try (Subscription subscription = broker.onChange(QUEUE, heard::add)) {
                first.close();

                assertThatThrownBy(() -> client.enqueue(job())).isInstanceOf(HeadraceException.class);
                assertThatThrownBy(() -> client.enqueue(job())).isInstanceOf(BrokerUnavailable.class);
                assertThatThrownBy(() -> broker.claim(CLAIM)).isInstanceOf(BrokerUnavailable.class);
                assertThatThrownBy(() -> broker.find(before)).isInstanceOf(BrokerUnavailable.class);
                assertThatThrownBy(() -> broker.awaitReady(Set.of(QUEUE), Duration.ofSeconds(5)))
                        .isInstanceOf(BrokerUnavailable.class);
                assertThat(broker.readiness()).isPresent();

                try (EmbeddedRedis second = EmbeddedRedis.start(folder, port)) {
                    assertThat(second.port()).isEqualTo(port);
                    awaitNoticed(broker);
                    Submission after = client.enqueue(job());
                    assertThat(broker.awaitReady(Set.of(QUEUE), Duration.ofSeconds(5))).isTrue();
                    assertThat(broker.claim(CLAIM).jobs()).extracting(job -> job.lease().job()).containsExactly(before,
                            after.id());
                    Eventually.until("the subscription is restored", () -> {
                        broker.jobs().cancel(after.id());
                        return heard.contains(after.id());
                    });
                }
            }
        }
    }

    /**
     * A Redis that was stopped reads what was sent to it when it goes on, from connections that have been given up: so
     * it leases jobs to a worker that is never told.
     */
    @Test
    void whatWasLeasedWithoutTheWorkerHearingOfItIsHandedOutByItsNextClaim() throws Exception {
        AtomicLong clock = new AtomicLong();
        ClaimRequest other = new ClaimRequest(QUEUE, new WorkerId("w2"), 10, Duration.ofSeconds(1), CLAIM.order());
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE,
                        clock::get);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            JobId silent = client.enqueue(job()).id();
            assertThat(broker.claim(other).jobs()).hasSize(1);
            assertThat(broker.reclaim(CLAIM, true)).as("it has looked at the clock, too").isEmpty();
            jedis.xclaimJustId("hr:{email}:ready:n", "workers", "w2", 0,
                    XClaimParams.xClaimParams().idle(Duration.ofHours(1).toMillis()),
                    new StreamEntryID(silent.entry()));
            client.enqueue(job());
            assertThat(broker.claim(CLAIM).jobs()).hasSize(1);
            List<JobId> fresh = List.of(client.enqueue(job()).id(), client.enqueue(job()).id());

            loseTheAnswer(redis, () -> broker.claim(CLAIM));
            awaitHeld(jedis, 3);
            awaitNoticed(broker);
            broker.find(silent); // so that there is a connection: without one nothing would be sent
            loseTheAnswer(redis, () -> broker.reclaim(CLAIM, true));
            awaitHeld(jedis, 4);
            clock.addAndGet(Duration.ofHours(1).toNanos()); // however long Redis stood still
            awaitNoticed(broker);

            List<ClaimedJob> told = broker.claim(CLAIM).jobs();
            assertThat(told).extracting(job -> job.lease().job()).containsExactlyInAnyOrder(silent, fresh.get(0),
                    fresh.get(1));
            for (ClaimedJob job : told) {
                boolean taken = job.lease().job().equals(silent);
                assertThat(job.lease().token().deliveries()).isEqualTo(taken ? 2 : 1);
                assertThat(job.lost()).extracting(Attempt::worker).isEqualTo(taken ? List.of("w2") : List.of());
                var ended = job.document()
                        .with(job.document().history().ended(JobState.SUCCEEDED, job.claimedAt(), null));
                assertThat(broker.settle(Verdict.finish(job.lease(), ended)).toCompletableFuture().get(5,
                        TimeUnit.SECONDS)).isEqualTo(WriteResult.RECORDED);
            }
            assertThat(broker.claim(CLAIM).jobs()).isEmpty();
        }
    }

    private static void loseTheAnswer(EmbeddedRedis redis, ThrowingCallable call) throws Exception {
        TestServer.signal("STOP", redis);
        try {
            assertThatThrownBy(call).isInstanceOf(OutcomeUnknown.class);
        } finally {
            TestServer.signal("CONT", redis);
        }
    }

    private static void awaitNoticed(RedisBroker broker) {
        Eventually.until("it is noticed that Redis is back", () -> broker.readiness().isEmpty());
    }

    private static void awaitHeld(Jedis jedis, long jobs) {
        Eventually.until("the call has been carried out", () -> jedis.xpending("hr:{email}:ready:n", "workers")
                .getConsumerMessageCount().getOrDefault("w1", 0L) == jobs);
    }

    /** What a broker says of its Redis. */
    private static final class Heard implements BrokerObserver {
        final List<String> away = new CopyOnWriteArrayList<>();
        final List<Duration> back = new CopyOnWriteArrayList<>();

        @Override
        public void roundTrip(Duration took) {}

        @Override
        public void away(String why) {
            away.add(why);
        }

        @Override
        public void back(Duration after) {
            back.add(after);
        }
    }

    /** How long it takes until so many calls have been refused, all kinds of them in turn. */
    private static Duration refused(RedisBroker broker, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            switch (i % 4) {
                case 0 -> assertThatThrownBy(() -> broker.claim(CLAIM)).isInstanceOf(HeadraceException.class);
                case 1 -> assertThatThrownBy(() -> broker.enqueue(job()).toCompletableFuture().join())
                        .hasCauseInstanceOf(HeadraceException.class);
                case 2 -> assertThat(broker.readiness()).isPresent();
                default -> assertThatThrownBy(() -> broker.awaitReady(Set.of(QUEUE), Duration.ofSeconds(5)))
                        .isInstanceOf(HeadraceException.class);
            }
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Test
    void anOutageIsToldOnceHoweverManyCallsMeetItAndSoIsItsEnd() throws Exception {
        Heard heard = new Heard();
        EmbeddedRedis first = EmbeddedRedis.start(folder, 0);
        try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(first.url()), heard)) {
            new JobClient(broker).enqueue(job());
            for (int outage = 1; outage <= 3; outage++) {
                first.close();
                refused(broker, 4);
                assertThat(refused(broker, 400)).isLessThan(Duration.ofSeconds(3));
                assertThat(heard.away).hasSize(outage);
                assertThat(heard.back).hasSize(outage - 1);
                first = EmbeddedRedis.start(folder, first.port());
                awaitNoticed(broker);
                assertThat(new JobClient(broker).enqueue(job()).kind()).isEqualTo(Submission.Kind.ACCEPTED);
                assertThat(heard.back).hasSize(outage);
            }
        } finally {
            first.close();
        }
    }

    @Test
    void aRedisThatDoesNotAnswerCostsOneTimeoutAndThenCallsAreRefusedAtOnce() throws Exception {
        Heard heard = new Heard();
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), heard)) {
            new JobClient(broker).enqueue(job());
            TestServer.signal("STOP", redis);
            try {
                assertThat(refused(broker, 1)).isLessThan(Duration.ofMillis(Redis.TIMEOUT_MS + 2_000));
                assertThat(refused(broker, 400)).isLessThan(Duration.ofSeconds(3));
            } finally {
                TestServer.signal("CONT", redis);
            }
            awaitNoticed(broker);
            assertThat(heard.away).hasSize(1);
            assertThat(heard.back).hasSize(1);
            assertThat(heard.back.get(0)).isLessThan(Duration.ofSeconds(15));
        }
    }

    @Test
    void aConnectionThatBreaksIsNoOutage() throws Exception {
        Heard heard = new Heard();
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0);
                RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), heard);
                Jedis jedis = new Jedis("127.0.0.1", redis.port())) {
            JobClient client = new JobClient(broker);
            int accepted = 0;
            for (int i = 0; i < 50; i++) {
                jedis.clientKill(new ClientKillParams().type(ClientType.NORMAL).skipMe(ClientKillParams.SkipMe.YES));
                try {
                    client.enqueue(job());
                    accepted++;
                } catch (OutcomeUnknown e) {
                    assertThat(e).hasMessageContaining("died");
                }
                broker.find(JobId.parse("email_n1-0"));
            }
            assertThat(accepted).isPositive();
            assertThat(heard.away).isEmpty();
        }
    }

    @Test
    void aBrokerCanBeOpenedBeforeItsRedisIsThere() throws Exception {
        EmbeddedRedis first = EmbeddedRedis.start(folder, 0);
        first.close();
        try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(first.url()), BrokerObserver.NONE)) {
            assertThat(broker.readiness()).isPresent();
            try (EmbeddedRedis second = EmbeddedRedis.start(folder, first.port())) {
                assertThat(second.port()).isEqualTo(first.port());
                awaitNoticed(broker);
                assertThat(new JobClient(broker).enqueue(job()).kind()).isEqualTo(Submission.Kind.ACCEPTED);
            }
        }
    }

    @Test
    void aClosedBrokerFailsWhatIsSubmitted() throws Exception {
        try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
            RedisBroker broker = RedisBroker.connect(RedisConfig.parse(redis.url()), BrokerObserver.NONE);
            broker.close();
            assertThatThrownBy(() -> broker.enqueue(job()).toCompletableFuture().join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(BrokerUnavailable.class);
        }
    }

    @Test
    void aQueueThatCannotBeCreatedIsTriedOnceForAllWhoSubmitToIt() throws Exception {
        AtomicInteger connections = new AtomicInteger();
        try (ServerSocket dead = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread acceptor = new Thread(() -> {
                while (!dead.isClosed()) {
                    try (Socket socket = dead.accept()) {
                        connections.incrementAndGet();
                    } catch (IOException e) {
                        assertThat(dead.isClosed()).isTrue();
                    }
                }
            });
            acceptor.start();
            try (RedisBroker broker = RedisBroker.connect(
                    RedisConfig.parse("redis://127.0.0.1:" + dead.getLocalPort()), BrokerObserver.NONE)) {
                List<CompletableFuture<Submission>> answers = Stream.generate(() -> broker.enqueue(job()))
                        .limit(5_000).map(CompletionStage::toCompletableFuture).toList();

                assertThat(answers).allSatisfy(
                        answer -> assertThatThrownBy(answer::join).hasCauseInstanceOf(BrokerUnavailable.class));
                assertThat(connections.get()).isLessThan(2_500);
            }
        }
    }

    private static NewJob job() {
        return NewJob.of("email", "welcome", 1).build();
    }
}
