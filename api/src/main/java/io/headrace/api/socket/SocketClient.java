package io.headrace.api.socket;

import io.headrace.InvalidInput;
import io.headrace.api.http.Caller;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.HeldMemory;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Waiters;
import io.headrace.api.live.LiveAdmission;
import io.headrace.api.metrics.ListenerKind;
import io.headrace.api.view.SocketMessage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One WebSocket: who it belongs to, what it listens to, and whether it still reads. What it sends is judged by {@link
 * SocketOrder}. Lives on its loop's thread.
 */
final class SocketClient {
    /** The reasons for which a connection is closed, as its client is told. */
    enum Close {
        GOING_AWAY(1001, "the server is stopping"),
        FULL(1013, "as many clients listen as HEADRACE_API_MAX_WAITERS allows"),
        UNAUTHORIZED(4001, "unauthorized"),
        TIMEOUT(4002, "timeout"),
        SLOW(4003, "what was sent is not read"),
        VANISHED(4008, "no ping was answered");

        private final short code;
        private final String reason;

        Close(int code, String reason) {
            this.code = (short) code;
            this.reason = reason;
        }
    }

    private static final int MAX_TOPICS = 100;
    private static final long AUTH_MS = 5_000;
    /** How often a connection is looked after; {@link Pings} counts in these. */
    private static final long SWEEP_MS = 2_000;
    private static final int MAX_UNREAD_PONGS = 100;
    /** How long a client has to answer a close before its connection is cut. */
    private static final long CUT_MS = 2_000;

    private final HttpCall call;
    private final ServerWebSocket socket;
    /** What there is to listen to. */
    private final SocketTopics all;
    private final LiveAdmission admission;
    private final UnidentifiedSockets unidentified;
    private final Pings pings;
    private final HeldMemory held;
    private final Runnable ender;
    /** Ends it while it has not said whose it is, in favour of another. */
    private final Runnable replacer;
    private final Map<String, SocketTopic> topics = new LinkedHashMap<>();
    private @Nullable Caller caller;
    private long timer = -1;
    private long authTimer = -1;
    private long cutTimer = -1;
    private int sweeps;
    private long ponged = System.nanoTime();
    /** Whether the client had not read by the last sweep, and not since. */
    private boolean slow;
    /** How many pings came since the client last read. */
    private int unreadPongs;
    private boolean closed;

    SocketClient(HttpCall call, ServerWebSocket socket, SocketTopics all, LiveAdmission admission,
            UnidentifiedSockets unidentified, Pings pings) {
        this.call = call;
        this.socket = socket;
        this.all = all;
        this.admission = admission;
        this.unidentified = unidentified;
        this.pings = pings;
        this.held = new HeldMemory(call.memory(), call.loop(), this::drop);
        this.ender = () -> call.loop().post(() -> close(Close.GOING_AWAY));
        this.replacer = () -> call.loop().post(() -> {
            if (caller == null) {
                close(Close.FULL);
            }
        });
    }

    /**
     * Called as soon as the socket is there.
     *
     * @param known who it belongs to, null if it must still say so
     * @param ticket what it says so with, if not by its first message
     */
    void start(@Nullable Caller known, Optional<String> ticket) {
        admission.meters().joined(ListenerKind.WEBSOCKET);
        socket.closeHandler(ignored -> gone());
        socket.exceptionHandler(ignored -> {});
        SocketFrames frames = new SocketFrames(this::message, problem -> refuse(null, problem));
        socket.frameHandler(frame -> heard(frames, frame));
        socket.pongHandler(ignored -> ponged = System.nanoTime());
        socket.drainHandler(ignored -> drained());
        timer = loop().vertx().setPeriodic(SWEEP_MS, ignored -> sweep());
        if (known != null) {
            admit(known);
        } else {
            unidentified.enter(call.address(), replacer);
            authTimer = loop().vertx().setTimer(AUTH_MS, ignored -> close(Close.TIMEOUT));
            ticket.ifPresent(secret -> admit(admission.guard().byTicket(loop(), secret, call.address())));
        }
    }

    EventLoop loop() {
        return call.loop();
    }

    Caller caller() {
        if (caller == null) {
            throw ProblemType.UNAUTHORIZED.problem("say who you are first: {\"auth\": \"KEY\"}", "auth");
        }
        return caller;
    }

    /** Lets in who comes out of this; what comes in meanwhile waits. */
    private void admit(Future<Optional<Caller>> somebody) {
        socket.pause();
        somebody.onComplete(outcome -> {
            if (closed) {
                return;
            }
            socket.resume();
            if (outcome.failed()) {
                refuse(null, Problem.of(outcome.cause())); // another ticket, or the key, may do until the time is up
            } else if (outcome.result().isPresent()) {
                admit(outcome.result().get());
            } else {
                refuse(null, ProblemType.UNAUTHORIZED.problem("the key or ticket is not known"));
                close(Close.UNAUTHORIZED);
            }
        });
    }

    private void admit(Caller somebody) {
        loop().vertx().cancelTimer(authTimer);
        unidentified.leave(replacer);
        if (!admission.waiters().enter(somebody, ender)) {
            refuse(null, Waiters.full());
            close(Close.FULL);
            return;
        }
        caller = somebody;
        loop().unidentified().known(call.request().connection());
        send(SocketMessage.welcome(somebody));
    }

    /** Whatever comes may be answered, a ping too: who sends without reading is not heard, or not kept. */
    private void heard(SocketFrames frames, WebSocketFrame frame) {
        frames.add(frame);
        if (full()) {
            socket.pause(); // until it has read the answers to what it sent
            if (frame.isPing() && ++unreadPongs > MAX_UNREAD_PONGS) { // pings are answered even while paused
                drop();
            }
        }
    }

    private void message(byte[] json) {
        if (closed) {
            return;
        }
        @Nullable
        String topic = null;
        try {
            SocketOrder order = SocketOrder.parse(json);
            topic = order.topic();
            obey(order);
        } catch (RuntimeException e) {
            refuse(topic, Problem.of(e));
        }
    }

    private void obey(SocketOrder order) {
        switch (order.verb()) {
            case AUTH -> authenticate(order.value());
            case SUBSCRIBE -> subscribe(order.value(), order.from());
            default -> unsubscribe(order.value());
        }
    }

    private void authenticate(String key) {
        if (caller != null) {
            throw new InvalidInput("auth", "is known already: this connection belongs to '" + caller.name() + "'");
        }
        admit(Future.succeededFuture(admission.guard().bySecret(key, call.address())));
    }

    private void subscribe(String name, long from) {
        Caller asking = caller();
        SocketTopic topic = all.of(this, name, from);
        topic.require(asking);
        SocketTopic old = topics.remove(name);
        if (old != null) {
            old.stop();
        } else if (topics.size() == MAX_TOPICS) {
            throw new InvalidInput("subscribe", "a connection can listen to " + MAX_TOPICS + " topics at most");
        } else if (!topics.isEmpty() && !admission.waiters().more(asking)) { // the first has the connection's place
            throw Waiters.full();
        }
        topics.put(name, topic);
        topic.start();
    }

    private void unsubscribe(String name) {
        caller();
        SocketTopic topic = topics.get(name);
        if (topic == null) {
            throw new InvalidInput("unsubscribe", "is not a topic that this connection listens to");
        }
        end(name, topic);
    }

    /** Stops a topic and says so. */
    void end(String name, SocketTopic topic) {
        topic.stop();
        if (topics.remove(name, topic)) {
            admission.waiters().less(caller(), topics.isEmpty() ? 0 : 1);
            send(SocketMessage.event(name, "end"));
        }
    }

    /** Says what is wrong, and that a topic has ended for it. */
    void refuse(@Nullable String topic, Problem problem) {
        send(SocketMessage.problem(topic, problem));
    }

    boolean full() {
        return !closed && socket.writeQueueFull();
    }

    /** Whether what can wait should: the client, or all of them together, have not read too much. */
    boolean crowded() {
        return full() || call.memory().spent();
    }

    void send(String message) {
        if (!closed) {
            held.sent(message.length(), socket.writeTextMessage(message));
        }
    }

    private void drop() {
        close(Close.SLOW);
        call.cut();
    }

    private void drained() {
        slow = false;
        unreadPongs = 0;
        if (!closed) {
            socket.resume();
            List.copyOf(topics.values()).forEach(SocketTopic::drained);
        }
    }

    private void sweep() {
        if (caller != null && !admission.guard().stands(caller)) {
            close(Close.UNAUTHORIZED);
        } else if (slow && full()) {
            close(Close.SLOW);
        } else if (System.nanoTime() - ponged > pings.answeredWithin().toNanos()) {
            close(Close.VANISHED);
        } else {
            slow = full();
            if (++sweeps % pings.everySweeps() == 0) {
                socket.writePing(Buffer.buffer());
            }
        }
    }

    /** Says why and closes; cuts the connection if that is not heard. */
    private void close(Close why) {
        if (!closed) {
            release();
            cutTimer = loop().vertx().setTimer(CUT_MS, ignored -> call.cut());
            socket.close(why.code, why.reason);
        }
    }

    /** The connection is gone, whoever closed it. */
    private void gone() {
        loop().vertx().cancelTimer(cutTimer);
        release();
        admission.meters().left(ListenerKind.WEBSOCKET);
        admission.meters().disconnected();
        loop().unidentified().gone(call.request().connection());
    }

    private void release() {
        if (!closed) {
            closed = true;
            loop().vertx().cancelTimer(timer);
            loop().vertx().cancelTimer(authTimer);
            held.end();
            unidentified.leave(replacer);
            admission.waiters().leave(ender);
            if (caller != null) {
                admission.waiters().less(caller, Math.max(0, topics.size() - 1));
            }
            topics.values().forEach(SocketTopic::stop);
            topics.clear();
        }
    }
}
