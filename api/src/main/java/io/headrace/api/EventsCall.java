package io.headrace.api;

import io.headrace.JobId;

/**
 * {@code GET /v1/jobs/{id}/events}: a stream of server-sent events. The job as it is now comes first, then the job again
 * whenever it has changed, named by its state; lines of its log come as events named {@code log}. The stream ends after the
 * job has.
 *
 * <p>The id of an event is the number of the next log line, so a client that comes back with {@code Last-Event-ID} gets no
 * line twice. Any other value of that header does no harm.
 */
final class EventsCall {
    private final Services services;

    EventsCall(Services services) {
        this.services = services;
    }

    void serve(Exchange exchange) {
        Client client = new Client(exchange, services, exchange.job());
        if (!services.waiters().enter(client.ender)) {
            throw Waiters.full();
        }
        services.meters().joined(LiveKind.JOB_EVENTS);
        exchange.onGone(client::close);
        client.feed.start();
    }

    /** One client. Lives on its loop's thread. */
    private static final class Client implements JobFeed.Client {
        private final Exchange exchange;
        private final Services services;
        private final EventStream stream;
        private final JobFeed feed;
        private final Runnable ender;
        private boolean closed;

        Client(Exchange exchange, Services services, JobId id) {
            this.exchange = exchange;
            this.services = services;
            this.stream = new EventStream(exchange, services.guard());
            long firstLine = exchange.header("Last-Event-ID").filter(text -> text.matches("[0-9]{1,15}"))
                    .map(Long::parseLong).orElse(0L);
            this.feed = new JobFeed(exchange.loop(), services, id, firstLine, this);
            this.ender = () -> exchange.loop().post(this::ended);
        }

        @Override
        public boolean full() {
            return stream.full();
        }

        @Override
        public void event(String name, long next, byte[] json) {
            if (!stream.begun()) {
                stream.begin(feed::drained, this::ended); // whoever comes again is told why
            }
            stream.write(EventStream.event(Long.toString(next), name, json));
        }

        @Override
        public void refused(Throwable why) {
            close();
            exchange.fail(why);
        }

        @Override
        public void ended() {
            if (!closed) {
                close();
                stream.end();
            }
        }

        private void close() {
            if (!closed) {
                closed = true;
                stream.close();
                feed.stop();
                services.waiters().leave(ender);
                services.meters().left(LiveKind.JOB_EVENTS);
            }
        }
    }
}
