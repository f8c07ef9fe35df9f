package io.headrace.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.QueueName;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.Caller;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.ProblemType;
import io.headrace.runtime.ByteBudget;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One look, whoever listens. */
@Timeout(30)
class TopicPollerTest {
    private static final ClientMemory ROOM = new ClientMemory(new ByteBudget(1 << 24), 1024);
    private final Vertx vertx = Vertx.vertx();
    private final EventLoop loop = new EventLoop(vertx, vertx.getOrCreateContext(), ROOM);
    private final BlockingCalls blocking = new BlockingCalls(2, ROOM);
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger written = new AtomicInteger();
    private final TopicPoller poller = new TopicPoller("t", "e", this::look, blocking, looks::get);

    @AfterEach
    void close() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        blocking.close();
    }

    private TopicPoller.View look() {
        looks.incrementAndGet();
        return caller -> {
            written.incrementAndGet();
            return ("{\"scope\":\"" + caller.scope() + "\"}").getBytes(StandardCharsets.UTF_8);
        };
    }

    private final class Ear implements TopicPoller.Listener {
        final BlockingQueue<Snapshot> heard = new LinkedBlockingQueue<>();
        final Caller caller;

        Ear(Scope scope) {
            this.caller = new Caller("ear", Role.VIEWER, scope, "here", null, null);
        }

        @Override
        public EventLoop loop() {
            return loop;
        }

        @Override
        public Caller caller() {
            return caller;
        }

        @Override
        public void hear(Snapshot snapshot) {
            heard.add(snapshot);
        }

        @Override
        public void write(Snapshot snapshot) {
            snapshot.write(Snapshot.Form.EVENT, false);
        }

        Snapshot next() throws InterruptedException {
            Snapshot snapshot = heard.poll(10, TimeUnit.SECONDS);
            assertThat(snapshot).isNotNull();
            return snapshot;
        }
    }

    @Test
    void aHundredListenersCostOneLookAndOneWritingForEachScope() throws Exception {
        List<Ear> ears = new ArrayList<>();
        Scope limited = Scope.of(List.of(new QueueName("mail")));
        for (int i = 0; i < 100; i++) {
            ears.add(new Ear(i % 2 == 0 ? Scope.ALL : limited));
        }
        ears.forEach(poller::join);
        for (int round = 0; round < 3; round++) {
            for (Ear ear : ears) {
                Snapshot snapshot = ear.next();
                assertThat(snapshot.event().toString())
                        .contains(ear.caller.scope().unlimited() ? "all queues" : "mail");
            }
        }
        assertThat(looks.get()).isBetween(2, 5);
        assertThat(written.get()).isLessThanOrEqualTo(2 * looks.get());
        assertThat(ears.get(0).next()).isSameAs(ears.get(2).next());
    }

    @Test
    void nobodyIsLookedForWhenTheLastHasLeft() throws Exception {
        Ear ear = new Ear(Scope.ALL);
        poller.join(ear);
        ear.next();
        poller.leave(ear);
        assertThat(poller.idle()).isTrue();
        int before = looks.get();
        Ear clock = new Ear(Scope.ALL);
        TopicPoller other = new TopicPoller("o", "e", () -> caller -> new byte[0], blocking, looks::get);
        other.join(clock);
        for (int i = 0; i < 3; i++) {
            clock.next();
        }
        other.leave(clock);
        assertThat(looks.get()).isEqualTo(before);
        poller.join(ear);
        ear.next();
        assertThat(looks.get()).isGreaterThan(before);
    }

    @Test
    void aLookThatFailsIsToldAsAProblemAndTheNextIsTried() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        TopicPoller shaky = new TopicPoller("t", "e", () -> {
            if (tries.incrementAndGet() == 1) {
                throw ProblemType.OVERLOADED.problem("not now");
            }
            return caller -> "{}".getBytes(StandardCharsets.UTF_8);
        }, blocking, looks::get);
        Ear ear = new Ear(Scope.ALL);
        shaky.join(ear);
        Snapshot first = ear.next();
        assertThat(first.problem()).isNotNull();
        assertThat(first.event().toString()).contains("event: problem");
        assertThat(first.message()).startsWith("{\"topic\":\"t\",\"error\":{");
        assertThat(ear.next().problem()).isNull();
    }
}
