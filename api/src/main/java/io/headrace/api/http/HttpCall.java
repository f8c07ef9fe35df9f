package io.headrace.api.http;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.format.Gzip;
import io.netty.channel.ChannelFuture;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer. Lives on the thread of its loop, except for what it reads from the address and the
 * headers.
 */
public final class HttpCall {
    /** How long, and how much of, an unwanted body is swallowed so that its sender gets to read the answer. */
    private static final long HOLD_MS = 20;
    /** How long a last answer may take its client to read. */
    private static final long LEAVE_S = 30;
    private static final long SWALLOW_MS = 10_000;
    private static final long SWALLOW_BYTES = 8 * 1024 * 1024;

    private final RoutingContext context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final EventLoop loop;
    private final ClientMemory memory;
    private final GracefulShutdown shutdown;
    private final HeldMemory held;
    private final RequestBody body;
    private QueryParameters query = QueryParameters.NONE;
    private @Nullable Caller caller;
    private boolean onHold;
    private Runnable onDrop = this::cut;

    public HttpCall(RoutingContext context, EventLoop loop, GracefulShutdown shutdown) {
        this.context = context;
        this.request = context.request();
        this.response = context.response();
        this.body = new RequestBody(request);
        this.loop = loop;
        this.memory = loop.memory();
        this.shutdown = shutdown;
        this.held = new HeldMemory(memory, loop, () -> onDrop.run());
    }

    /** What of it is held in memory. */
    public HeldMemory held() {
        return held;
    }

    public ClientMemory memory() {
        return memory;
    }

    /** From now on this happens instead when others need the room that the client has. */
    void onDrop(Runnable instead) {
        onDrop = instead;
    }

    public EventLoop loop() {
        return loop;
    }

    /** Says who asks, before the call runs. */
    public void from(@Nullable Caller admitted) {
        this.caller = admitted;
        if (admitted != null) {
            loop.unidentified().known(request.connection());
        }
    }

    /** Who asks. Only for calls that are not {@link Access#OPEN}. */
    public Caller caller() {
        return Objects.requireNonNull(caller, "an open call knows no caller");
    }

    /** From where the connection comes, without its port. */
    public String address() {
        return request.remoteAddress() == null ? "unknown" : request.remoteAddress().host();
    }

    /** Reads nothing more until it is known who asks. */
    public void hold() {
        onHold = true;
        request.pause();
    }

    /** Reads on, unless the call takes its body itself, which it starts to do before this. */
    public void letGo() {
        if (onHold && reads()) {
            request.resume();
        }
    }

    public HttpServerRequest request() {
        return request;
    }

    public HttpServerResponse response() {
        return response;
    }

    /** @throws InvalidInput when the name in the address is not allowed */
    public QueueName queue() {
        return new QueueName(context.pathParam("queue"));
    }

    /** @throws Problem {@code unknown-job} when the address names none that could exist */
    public JobId job() {
        String id = context.pathParam("id");
        try {
            return JobId.parse(id);
        } catch (InvalidInput e) {
            throw ProblemType.UNKNOWN_JOB.problem(String.valueOf(e.getMessage()));
        }
    }

    public String pathParam(String name) {
        return context.pathParam(name);
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeader(name));
    }

    /** Whether the client wants answers compressed. */
    public boolean takesGzip() {
        return Gzip.wanted(request.headers().contains("Accept-Encoding")
                ? String.join(",", request.headers().getAll("Accept-Encoding"))
                : null);
    }

    /** @throws InvalidInput when the query names something that the call does not know */
    public void allowQuery(List<String> allowed) {
        query = QueryParameters.of(context, allowed);
    }

    /** What the query of the address holds. */
    public QueryParameters query() {
        return query;
    }

    /** What its head says of its body. */
    public RequestBody body() {
        return body;
    }

    /** Whether nobody is there to read an answer any more, or it has been given. */
    public boolean over() {
        return response.ended() || response.closed();
    }

    /** Tells when the client goes away before the answer was written; at once when it has gone. */
    public void onGone(Runnable gone) {
        if (over()) {
            held.end();
            gone.run();
            return;
        }
        response.exceptionHandler(ignored -> {});
        response.closeHandler(ignored -> {
            held.end();
            gone.run();
        });
    }

    /** Hands what is held to somebody who answers whatever becomes of the client; the client may go meanwhile. */
    public void lend() {
        held.lend();
        onGone(() -> {});
    }

    /** Answers, as soon as the client has read what it was answered before. */
    public void reply(Reply reply) {
        if (over()) {
            held.end();
            return;
        }
        if (shutdown.holding()) {
            held.waits(reply.body().length);
            loop.vertx().setTimer(HOLD_MS, ignored -> {
                held.shrink(0);
                reply(reply);
            });
        } else if (response.writeQueueFull()) {
            held.waits(reply.body().length);
            response.exceptionHandler(ignored -> {});
            response.drainHandler(ignored -> write(reply));
            response.closeHandler(ignored -> held.end());
        } else {
            write(reply);
        }
    }

    private void write(Reply reply) {
        if (over()) {
            held.end();
            return;
        }
        response.setStatusCode(reply.status());
        reply.headers().forEach(response::putHeader);
        held.shrink(0);
        takeLeave();
        if (reply.status() == 204 || reply.status() == 304) {
            response.end();
        } else {
            response.putHeader("Content-Type", reply.mediaType());
            response.putHeader("X-Content-Type-Options", "nosniff");
            held.sent(reply.body().length, response.end(Buffer.buffer(reply.body())));
        }
        if (onHold) {
            request.resume();
        }
        swallowBody(SWALLOW_BYTES);
    }

    /** Lets this answer be the last of its connection, if the server is about to stop; before the answer ends. */
    public void takeLeave() {
        if (shutdown.begun()) {
            if (!response.headWritten()) {
                response.putHeader("Connection", "close");
            }
            var unused = request.connection().shutdown(LEAVE_S, TimeUnit.SECONDS);
        }
    }

    /** Answers with a problem; closes the connection instead when the answer has begun already. */
    public void fail(Throwable failure) {
        Problem problem = Problem.of(failure);
        if (response.headWritten() && !response.ended()) {
            request.connection().close();
        } else {
            reply(Reply.problem(problem));
        }
    }

    /** Runs a step of this call; what it throws becomes the answer. */
    public void guarded(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    /** Whether the method is one that changes nothing; a body means nothing then. */
    public boolean reads() {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    }

    /** Closes the connection at once: a client that does not read would never get to the end of what it was sent. */
    public void cut() {
        cut(request.connection());
    }

    public static void cut(HttpConnection cut) {
        if (cut instanceof HttpServerConnection connection) {
            // from the first handler on: the last one would wait for what is not read
            ChannelFuture unused = connection.channelHandlerContext().channel().pipeline().firstContext().close();
        }
    }

    /** Reads on for a while, as a connection closed with unread data on it takes the answer with it. */
    public void swallowBody(long max) {
        if (!body.exists() || request.isEnded()) {
            return;
        }
        long timer = loop.vertx().setTimer(SWALLOW_MS, ignored -> request.connection().close());
        long[] left = {max};
        request.exceptionHandler(ignored -> loop.vertx().cancelTimer(timer));
        request.endHandler(ignored -> loop.vertx().cancelTimer(timer));
        request.handler(chunk -> {
            left[0] -= chunk.length();
            if (left[0] < 0) {
                request.connection().close();
            }
        });
        request.resume();
    }
}
