package io.headrace.worker.handlers.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Heard;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A call ends when its attempt does, and a kept connection that has ended is no failure. */
@Timeout(60)
class HttpConnectionTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Ty",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nthe beginning",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"})
    void anInterruptClosesTheCallAtOnceWhereverItStands(String soFar) throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (ScriptedTarget target = new ScriptedTarget(connection -> {
            connection.request();
            connection.send(soFar);
            begun.countDown();
            connection.awaitEnd();
        })) {
            CompletableFuture<Throwable> thrown = new CompletableFuture<>();
            Thread caller = new Thread(() -> {
                try {
                    run(handler(target.url()));
                } catch (Throwable e) {
                    thrown.complete(e);
                }
            });
            caller.start();
            assertThat(begun.await(30, SECONDS)).isTrue();

            caller.interrupt();

            assertThat(thrown.get(30, SECONDS)).isInstanceOf(InterruptedException.class);
            target.left.get(30, SECONDS);
            caller.join(30_000);
            assertThat(caller.isAlive()).isFalse();
        }
    }

    @Test
    void aBodyBeyondTheBoundEndsItsConnection() throws Exception {
        try (ScriptedTarget target = new ScriptedTarget(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + "x".repeat(300_000));
            connection.awaitEnd();
        })) {
            assertThatThrownBy(() -> run(handler(target.url()))).isInstanceOfSatisfying(HandlerFailure.class,
                    failure -> assertThat(failure.type()).isEqualTo("result_too_large"));
            target.left.get(30, SECONDS);
        }
    }

    @Test
    void aKeptConnectionThatTheTargetClosesLosesNoAttempt() throws Exception {
        try (ScriptedTarget target = new ScriptedTarget(connection -> {
            connection.request();
            connection.answer("Content-Type: application/json\r\n", new byte[]{'1'});
            connection.request(); // and goes without an answer, like one that has just found it idle for too long
        })) {
            HttpHandler handler = handler(target.url());
            for (int i = 0; i < 20; i++) {
                assertThat(run(handler)).isEqualTo(Json.parse("1"));
            }
        }
    }

    @Test
    void aNewConnectionThatEndsWithoutAnAnswerIsAFailureAndNothingIsSentTwice() throws Exception {
        try (ScriptedTarget target = new ScriptedTarget(ScriptedTarget.Connection::request)) {
            assertThatThrownBy(() -> run(handler(target.url()))).isInstanceOfSatisfying(HandlerFailure.class,
                    failure -> assertThat(failure.type()).isEqualTo("http_io"));
            assertThat(target.requests).hasSize(1);
        }
    }

    @Test
    void anAnswerThatBreaksOffIsAFailureAndNothingIsSentTwice() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ScriptedTarget target = new ScriptedTarget(connection -> {
            while (connection.request() != null) {
                if (calls.incrementAndGet() == 1) {
                    connection.answer("Content-Type: application/json\r\n", new byte[]{'1'});
                } else {
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1");
                    return;
                }
            }
        })) {
            HttpHandler handler = handler(target.url());
            assertThat(run(handler)).isEqualTo(Json.parse("1"));
            assertThatThrownBy(() -> run(handler)).isInstanceOfSatisfying(HandlerFailure.class,
                    failure -> assertThat(failure.type()).isEqualTo("http_io"));
            assertThat(target.requests).hasSize(2);
        }
    }

    @Test
    void interruptedCallsLeaveNoThreads() throws Exception {
        long clients = clients();
        CountDownLatch begun = new CountDownLatch(20);
        try (ScriptedTarget target = new ScriptedTarget(connection -> {
            connection.request();
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1");
            begun.countDown();
            connection.awaitEnd();
        })) {
            List<Thread> callers = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 20; i++) {
                Thread caller = new Thread(() -> {
                    try {
                        run(handler(target.url()));
                    } catch (Exception e) {
                        Thread.currentThread().interrupt();
                    }
                }, "caller");
                callers.add(caller);
                caller.start();
            }
            assertThat(begun.await(30, SECONDS)).isTrue();
            callers.forEach(Thread::interrupt);
            for (Thread caller : callers) {
                caller.join(30_000);
            }
            assertThat(callers).noneMatch(Thread::isAlive);
            assertThat(clients()).as("one client for all").isLessThanOrEqualTo(clients + 1);
        }
    }

    private static long clients() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().endsWith("-SelectorManager")).count();
    }

    @Test
    void aCallForWhichTheMachineGivesNoThreadUsesNoAttemptAndTheNextOneIsMade() throws Exception {
        AtomicInteger machine = new AtomicInteger();
        CallClient client = new CallClient(task -> thread(task, machine));
        try (ScriptedTarget target = answering()) {
            HttpHandler handler = new HttpHandler(new JobType("t"), HttpTarget.at(target.url()), Clock.systemUTC(),
                    client);
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> run(handler)).isInstanceOfSatisfying(HandlerFailure.class,
                        failure -> assertThat(failure.unable()).isTrue());
            }
            machine.set(Integer.MAX_VALUE);
            assertThat(run(handler)).isEqualTo(Json.parse("1"));
        }
    }

    @Test
    void aCallThatHasBegunNeedsNoMoreThreads() throws Exception {
        AtomicInteger machine = new AtomicInteger(1);
        CallClient client = new CallClient(task -> thread(task, machine));
        try (ScriptedTarget target = answering()) {
            HttpHandler handler = new HttpHandler(new JobType("t"), HttpTarget.at(target.url()), Clock.systemUTC(),
                    client);
            for (int i = 0; i < 3; i++) {
                assertThat(run(handler)).isEqualTo(Json.parse("1"));
            }
        }
    }

    private static ScriptedTarget answering() throws IOException {
        return new ScriptedTarget(connection -> {
            while (connection.request() != null) {
                connection.answer("Content-Type: application/json\r\n", new byte[]{'1'});
            }
        });
    }

    private static Thread thread(Runnable task, AtomicInteger machine) {
        if (machine.getAndDecrement() <= 0) {
            throw new OutOfMemoryError("unable to create native thread: a test");
        }
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    }

    private static HttpHandler handler(String url) {
        return new HttpHandler(new JobType("t"), HttpTarget.at(url), Clock.systemUTC());
    }

    private static @Nullable Object run(HttpHandler handler) throws Exception {
        Heard heard = Heard.of("t", Json.parse("1"));
        return handler.run(heard.payload(), heard);
    }
}
