package io.headrace.worker.attempts;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Rig;
import io.headrace.worker.threads.Pacing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BrokerOutageTest {
    private static final JobHandler<Json> ECHO = JobHandler.of("echo", Json.class, (payload, context) -> payload);

    @Test
    void aVerdictThatCouldNotBeSentIsSentAgainWhenTheBrokerIsBack() {
        Rig rig = new Rig(1, ECHO);
        rig.runAtOnce = false;
        JobId id = rig.enqueue("echo");
        rig.claimLoop.claimRound();

        rig.broker.unavailable(true);
        rig.runTasks();
        assertThat(rig.slots.free()).as("the slot is free while its verdict waits").isEqualTo(1);
        rig.settler.resend();
        assertThat(rig.inFlight.all()).as("its lease is kept").hasSize(1);

        rig.broker.unavailable(false);
        rig.settler.resend();
        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.inFlight.all()).isEmpty();
    }

    @Test
    void aVerdictWhoseAnswerWasLostIsRecordedOnce() {
        Rig rig = new Rig(1, ECHO);
        rig.runAtOnce = false;
        JobId id = rig.enqueue("echo");
        rig.claimLoop.claimRound();

        rig.broker.answersLost(true);
        rig.runTasks();
        rig.broker.answersLost(false);
        rig.settler.resend();

        assertThat(rig.state(id)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.job(id).document().history().attempts()).hasSize(1);
        assertThat(rig.inFlight.all()).isEmpty();
        assertThat(rig.count("headrace_stale_writes_refused_total")).isZero();
    }

    @Test
    void anOutageIsTwoLinesHoweverOftenItIsNoticed() throws InterruptedException {
        Logger logger = (Logger) LoggerFactory.getLogger(BrokerOutage.class);
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        logger.addAppender(lines);
        try {
            Rig rig = new Rig(1, ECHO);
            rig.broker.unavailable(true);
            for (int i = 0; i < 5; i++) {
                assertThat(rig.claimLoop.turn()).isPositive();
                assertThat(rig.leaseKeeper.turn()).isPositive();
                rig.time.advance(Duration.ofSeconds(5));
            }
            rig.broker.unavailable(false);
            rig.time.advance(Duration.ofSeconds(5));
            rig.claimLoop.claimRound();
            rig.leaseKeeper.turn();

            assertThat(lines.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN, Level.INFO);
            assertThat(lines.list.get(1).getFormattedMessage()).isEqualTo("broker reachable again after=30s");
        } finally {
            logger.detachAppender(lines);
        }
    }

    @Test
    void aQueueWhoseDataIsDamagedStopsNoOtherAndItsVerdictsWait() throws InterruptedException {
        ManualClock time = new ManualClock();
        QueueName broken = new QueueName("broken");
        Rig rig = new Rig(time, new InMemoryBroker(time), Map.of(QueueName.DEFAULT, 1, broken, 1), 10, ECHO);
        rig.runAtOnce = false;
        JobId held = rig.enqueue(NewJob.of("broken", "echo", 1).build());
        rig.claimLoop.claimRound();
        JobId waiting = rig.enqueue(NewJob.of("broken", "echo", 1).build());

        rig.broker.damaged(broken, true);
        rig.runTasks();
        JobId other = rig.enqueue("echo");
        rig.claimLoop.turn();
        rig.claimLoop.claimRound();
        rig.runTasks();

        assertThat(rig.state(other)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.outage.away()).isFalse();
        assertThat(rig.liveness.live()).isTrue();
        assertThat(rig.inFlight.all()).as("its verdict waits").hasSize(1);
        assertThat(rig.leaseKeeper.turn()).isPositive();

        rig.broker.damaged(broken, false);
        rig.settler.resend();
        time.advance(Duration.ofSeconds(5));
        rig.claimLoop.claimRound();
        rig.runTasks();
        assertThat(rig.state(held)).isEqualTo(JobState.SUCCEEDED);
        assertThat(rig.state(waiting)).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void waitsGrowWithFullJitterBetweenFiftyMillisecondsAndHalfASecond() {
        Pacing pacing = new Pacing(new Random(3));
        long ceiling = 50;
        for (int i = 0; i < 20; i++) {
            assertThat(TimeUnit.NANOSECONDS.toMillis(pacing.failed())).isBetween(50L, ceiling);
            ceiling = Math.min(500, ceiling * 2);
        }
        pacing.succeeded();
        assertThat(TimeUnit.NANOSECONDS.toMillis(pacing.failed())).isEqualTo(50);
    }

    @Test
    void claimingWaitsWhileTooManyVerdictsAreUnsettled() throws InterruptedException {
        Rig rig = new Rig(200, ECHO);
        rig.runAtOnce = false;
        for (int i = 0; i < 1_000; i++) {
            rig.enqueue("echo");
        }
        for (int i = 0; i < 5; i++) {
            rig.broker.unavailable(false);
            rig.claimLoop.claimRound();
            rig.broker.unavailable(true);
            rig.runTasks();
        }
        rig.broker.unavailable(false);

        assertThat(rig.settler.full()).isTrue();
        JobId late = rig.enqueue("echo");
        rig.claimLoop.turn();
        assertThat(rig.state(late)).isEqualTo(JobState.QUEUED);

        rig.settler.resend();
        assertThat(rig.settler.full()).isFalse();
        assertThat(List.copyOf(rig.inFlight.all())).isEmpty();
    }
}
