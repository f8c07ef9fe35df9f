package io.headrace.api;

import io.headrace.Broker;
import io.headrace.BrokerOperator;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.Lookup;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * {@code GET /v1/jobs/{id}/events}: a stream of server-sent events. The job as it is now comes first, then the job again
 * whenever it has changed, named by its state; lines of its log come as events named {@code log}. The stream ends after the
 * job has.
 *
 * <p>The id of an event is the number of the next log line, so a client that comes back with {@code Last-Event-ID} gets no
 * line twice. Any other value of that header does no harm.
 */
final class EventsCall {
    static final String MEDIA_TYPE = "text/event-stream";

    private final Services services;

    EventsCall(Services services) {
        this.services = services;
    }

    void serve(Exchange exchange) {
        Stream stream = new Stream(exchange, services, exchange.job());
        if (!services.waiters().enter(stream.ender)) {
            throw Waiters.full();
        }
        exchange.onGone(stream::close);
        stream.follower.start();
    }

    /** What one look found. */
    private record Seen(Lookup lookup, JobLog log) {}

    /** One client. Lives on its loop's thread. */
    private static final class Stream {
        private static final long COMMENT_EVERY_MS = 15_000;
        private static final int LINES = 500;

        private final Exchange exchange;
        private final HttpServerResponse response;
        private final Services services;
        private final Broker broker;
        private final BrokerOperator operator;
        private final JobId id;
        private final Runnable ender;
        private final Follower<Seen> follower;
        /** The log line to ask for next; written by the loop, read by the looking thread. */
        private volatile long nextLine;
        private byte[] lastSent = new byte[0];
        private boolean begun;
        /** Whether a change waits until the client has read what was sent. */
        private boolean heldBack;
        /** Whether the client had not read by the last comment. */
        private boolean slow;
        private boolean closed;
        private long timer = -1;

        Stream(Exchange exchange, Services services, JobId id) {
            this.exchange = exchange;
            this.response = exchange.response();
            this.services = services;
            this.broker = services.broker();
            this.operator = services.operator();
            this.id = id;
            this.nextLine = exchange.header("Last-Event-ID").filter(text -> text.matches("[0-9]{1,15}"))
                    .map(Long::parseLong).orElse(0L);
            this.ender = () -> exchange.loop().post(this::end);
            this.follower = new Follower<>(exchange.loop(), services.changes(), services.blocking(), id, this::look,
                    this::seen);
        }

        /** Looks at the job before its log: a job that has ended writes no more lines. */
        private Seen look() {
            Lookup lookup = broker.find(id);
            JobLog log = lookup.kind() == Lookup.Kind.FOUND ? operator.log(id, nextLine, LINES)
                    : new JobLog(java.util.List.of(), nextLine);
            return new Seen(lookup, log);
        }

        private void seen(AsyncResult<Seen> look) {
            if (look.failed()) {
                if (!begun) {
                    close();
                    exchange.fail(look.cause());
                }
                return;
            }
            if (!begun) {
                exchange.guarded(() -> begin(look.result().lookup()));
            }
            if (begun && !closed) {
                send(look.result());
            }
        }

        private void begin(Lookup lookup) {
            try {
                Calls.found(id, lookup);
            } catch (Problem e) {
                close();
                throw e;
            }
            begun = true;
            response.setChunked(true).putHeader("Content-Type", MEDIA_TYPE).putHeader("Cache-Control", "no-store")
                    .putHeader("X-Accel-Buffering", "no");
            timer = exchange.loop().vertx().setPeriodic(COMMENT_EVERY_MS, ignored -> comment());
            response.drainHandler(ignored -> drained());
        }

        private void send(Seen seen) {
            if (response.writeQueueFull()) {
                heldBack = true;
                return;
            }
            Job job = seen.lookup().job().orElse(null);
            if (job == null) {
                end();
                return;
            }
            boolean more = sendLog(job, seen.log());
            if (more) {
                follower.look();
                return;
            }
            byte[] json = services.jobJson().of(job);
            if (!Arrays.equals(json, lastSent)) {
                lastSent = json;
                event(job.state().label(), json);
            }
            if (job.state().terminal()) {
                end();
            }
        }

        /** @return whether there are probably more lines than were asked for */
        private boolean sendLog(Job job, JobLog log) {
            if (log.lines().isEmpty()) {
                return false;
            }
            nextLine = log.next();
            event("log", JsonOut.object(out -> services.jobJson().lines(out, job, log)));
            return log.lines().size() == LINES;
        }

        private void event(String name, byte[] json) {
            byte[] head = ("id: " + nextLine + "\nevent: " + name + "\ndata: ").getBytes(StandardCharsets.UTF_8);
            response.write(Buffer.buffer(head.length + json.length + 2).appendBytes(head).appendBytes(oneLine(json))
                    .appendString("\n\n"));
        }

        /** A line break in JSON can only stand between its parts, where a space does as well. */
        private static byte[] oneLine(byte[] json) {
            byte[] line = json.clone();
            for (int i = 0; i < line.length; i++) {
                if (line[i] == '\n' || line[i] == '\r') {
                    line[i] = ' ';
                }
            }
            return line;
        }

        /** Keeps proxies from closing a quiet stream, and drops a client that has read nothing since the last time. */
        private void comment() {
            if (!services.guard().stands(exchange.caller())) {
                end(); // whoever comes again is told why
            } else if (!response.writeQueueFull()) {
                slow = false;
                response.write(":\n\n");
            } else if (slow) {
                close();
                exchange.request().connection().close();
            } else {
                slow = true;
            }
        }

        private void drained() {
            if (heldBack && !closed) {
                heldBack = false;
                follower.look();
            }
        }

        private void end() {
            if (closed) {
                return;
            }
            close();
            if (!begun) {
                exchange.fail(new Problem(ProblemType.NOT_READY, "the server is stopping", null));
            } else if (!exchange.over()) {
                response.end();
            }
        }

        private void close() {
            if (!closed) {
                closed = true;
                exchange.loop().vertx().cancelTimer(timer);
                follower.stop();
                services.waiters().leave(ender);
            }
        }
    }
}
