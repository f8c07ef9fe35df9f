package io.headrace.worker;

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
import io.headrace.PermanentFailure;
import io.headrace.RetryLater;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.threads.Clocks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class FailureTellerTest {
    private static final JobHandler<Json> BAD = JobHandler.of("bad", Json.class, (payload, context) -> {
        throw new IllegalStateException("no room for " + payload, new NumberFormatException("inner"));
    });
    private static final JobHandler<Json> WORSE = JobHandler.of("worse", Json.class, (payload, context) -> {
        throw new PermanentFailure("forged\n12:00:00 ERROR all is lost\u202e");
    });

    private final Logger logger = (Logger) LoggerFactory.getLogger(FailureTeller.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
        logger.setAdditive(false);
    }

    @AfterEach
    void silence() {
        logger.detachAppender(lines);
        logger.setAdditive(true);
    }

    private List<String> messages() {
        return lines.list.stream().map(line -> line.getLevel() + " " + line.getFormattedMessage()).toList();
    }

    @Test
    void aFailedAttemptIsAWarningThatSaysWhenTheNextOneComes() {
        Rig rig = new Rig(1, BAD);
        JobId id = rig.enqueue(NewJob.of("default", "bad", 7).maxRetries(2).build());
        rig.claimLoop.claimRound();
        rig.failures.turn();

        assertThat(messages()).singleElement().asString()
                .startsWith("WARN attempt failed job=" + id + " type=bad attempt=1 retryIn=")
                .endsWith(" error=java.lang.IllegalStateException message=no room for 7");
        assertThat(rig.failed).singleElement().satisfies(failed -> {
            assertThat(failed.job()).isEqualTo(id);
            assertThat(failed.type()).hasToString("bad");
            assertThat(failed.attempt()).isEqualTo(1);
            assertThat(failed.dead()).isFalse();
            assertThat(failed.retryIn()).isPositive();
            assertThat(failed.error().message()).isEqualTo("no room for 7");
            assertThat(failed.thrown()).isInstanceOf(IllegalStateException.class)
                    .hasCauseInstanceOf(NumberFormatException.class);
        });
    }

    @Test
    void aDeathIsAnErrorWithTheStack() {
        Rig rig = new Rig(1, BAD);
        JobId id = rig.enqueue(NewJob.of("default", "bad", 7).maxRetries(0).build());
        rig.claimLoop.claimRound();
        rig.failures.turn();

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.ERROR);
            assertThat(line.getFormattedMessage()).isEqualTo("job is dead job=" + id
                    + " type=bad attempt=1 error=java.lang.IllegalStateException message=no room for 7");
            assertThat(line.getThrowableProxy().getMessage())
                    .startsWith("java.lang.IllegalStateException: no room for 7\n\tat ")
                    .contains("FailureTellerTest")
                    .contains("\nCaused by: java.lang.NumberFormatException: inner\n\tat ");
        });
        assertThat(rig.failed).singleElement().matches(FailedAttempt::dead);
    }

    @Test
    void aJobThatKillsItsWorkersIsToldWhenItDies() {
        Rig rig = new Rig(1, BAD);
        rig.runAtOnce = false;
        JobId id = rig.enqueue("bad");
        rig.claimLoop.claimRound();
        Rig worker = rig;
        for (int i = 0; i < 10 && rig.state(id) != JobState.DEAD; i++) {
            worker = rig.beside(1, BAD);
            worker.runAtOnce = false;
            rig.time.advance(Rig.LEASE.plus(Duration.ofSeconds(1)));
            worker.claimLoop.claimRound();
        }
        worker.failures.turn();

        assertThat(rig.state(id)).isEqualTo(JobState.DEAD);
        assertThat(messages()).singleElement().asString().startsWith("ERROR job is dead job=" + id)
                .contains(" error=worker_lost ");
        assertThat(lines.list.get(0).getThrowableProxy()).as("there is no stack, and the line says all").isNull();
        assertThat(worker.failed).singleElement().extracting(FailedAttempt::thrown).isNull();
    }

    @Test
    void whatAFailureSaysWritesNoLinesOfItsOwn() {
        Rig rig = new Rig(1, WORSE);
        rig.enqueue("worse");
        rig.claimLoop.claimRound();
        rig.failures.turn();

        assertThat(messages()).singleElement().asString().endsWith("message=forged?12:00:00 ERROR all is lost?");
        assertThat(lines.list.get(0).getThrowableProxy().getMessage())
                .contains("forged\n\t12:00:00 ERROR all is lost?\n\tat ");
    }

    @Test
    void whatIsRedactedStaysOutOfTheLog() {
        Rig rig = new Rig(1, BAD);
        rig.enqueue(NewJob.of("default", "bad", Map.of("password", "hunter2-and-more")).maxRetries(0).build());
        rig.claimLoop.claimRound();
        rig.failures.turn();

        assertThat(messages()).singleElement().asString().contains("no room for").doesNotContain("hunter2");
        assertThat(lines.list.get(0).getThrowableProxy().getMessage()).doesNotContain("hunter2");
        assertThat(rig.failed.get(0).error().message()).doesNotContain("hunter2");
    }

    @Test
    void neitherASuccessNorAWaitThatWasAskedForIsAFailure() {
        Rig rig = new Rig(2, JobHandler.of("good", Json.class, (payload, context) -> payload),
                JobHandler.of("later", Json.class, (payload, context) -> {
                    throw new RetryLater("the target asked for it", Duration.ofMinutes(1));
                }));
        rig.enqueue("good");
        JobId later = rig.enqueue("later");
        rig.claimLoop.claimRound();
        rig.failures.turn();

        assertThat(rig.state(later)).isEqualTo(JobState.RETRYING);
        assertThat(messages()).isEmpty();
        assertThat(rig.failed).isEmpty();
    }

    @Test
    void whenThousandsDieTheLogShowsTheFirstAndCountsTheOthers() {
        int deaths = FailureTeller.WAITING + 100;
        Rig rig = new Rig(200, WORSE);
        for (int i = 0; i < deaths; i++) {
            rig.enqueue("worse");
        }
        for (int i = 0; i < deaths; i++) {
            rig.claimLoop.claimRound();
        }
        long untilCounted = rig.failures.turn();
        assertThat(messages()).hasSize(FailureTeller.MOST).allMatch(line -> line.startsWith("ERROR job is dead "));
        assertThat(rig.failed).as("who asked to hear of each hears of as many as may wait")
                .hasSize(FailureTeller.WAITING);
        assertThat(untilCounted).isEqualTo(FailureTeller.WINDOW.toNanos());

        lines.list.clear();
        rig.time.advance(FailureTeller.WINDOW);
        assertThat(rig.failures.turn()).isEqualTo(Clocks.NEVER);
        assertThat(messages()).containsExactly(
                "ERROR more attempts failed than are shown failed=0 dead=" + (deaths - FailureTeller.MOST),
                "WARN onFailure is too slow and was not told of all failures=100");

        lines.list.clear();
        rig.enqueue("worse");
        rig.time.advance(Duration.ofSeconds(30));
        rig.claimLoop.claimRound();
        rig.failures.turn();
        assertThat(messages()).as("the next one is shown again").hasSize(1);
    }

    @Test
    void aHookThatThrowsHearsOfTheNextFailureAllTheSame() throws Exception {
        BlockingQueue<FailedAttempt> heard = new LinkedBlockingQueue<>();
        InMemoryBroker broker = new InMemoryBroker(new ManualClock());
        try (Worker worker = Worker.builder(broker).handler(WORSE).onFailure(failed -> {
            heard.add(failed);
            throw new IllegalArgumentException("the hook is broken");
        }).build()) {
            worker.start();
            for (int i = 0; i < 3; i++) {
                broker.enqueue(NewJob.of("default", "worse", i).build());
                assertThat(heard.poll(30, TimeUnit.SECONDS)).isNotNull().matches(FailedAttempt::dead);
            }
            assertThat(worker.live()).isTrue();
        }
        assertThat(messages()).filteredOn(line -> line.startsWith("WARN onFailure threw")).hasSize(3);
    }

    @Test
    void aWorkerThatStopsTellsWhatIsLeft() {
        Rig rig = new Rig(1, BAD);
        rig.enqueue("bad");
        rig.claimLoop.claimRound();
        rig.failures.stop();
        assertThat(rig.failed).hasSize(1);
    }
}
