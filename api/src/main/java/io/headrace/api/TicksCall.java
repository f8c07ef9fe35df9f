package io.headrace.api;

import io.headrace.QueueName;
import java.util.Optional;

/**
 * {@code GET /v1/events}: a stream of server-sent events, one a second, each with the whole present state: of everything, or of
 * one queue. What a client misses it need not be told again, so who comes back gets the newest state, whatever its {@code
 * Last-Event-ID}.
 */
final class TicksCall {
    private final Services services;

    TicksCall(Services services) {
        this.services = services;
    }

    void serve(Exchange exchange) {
        Optional<QueueName> queue = exchange.query("queue").map(QueueName::new);
        Client client = new Client(exchange, services);
        if (!services.waiters().enter(client.ender)) {
            throw Waiters.full();
        }
        services.meters().joined(LiveKind.EVENTS);
        exchange.onGone(client::close);
        client.leave = services.live().join(queue, client);
    }

    /** One client. Lives on its loop's thread. */
    private static final class Client implements Ticker.Listener {
        /** A client that has not read by so many ticks in a row is dropped. */
        private static final int MAX_MISSED = 2;

        private final Exchange exchange;
        private final Services services;
        private final EventStream stream;
        private final Runnable ender;
        private Runnable leave = () -> {};
        private int missed;
        private boolean closed;

        Client(Exchange exchange, Services services) {
            this.exchange = exchange;
            this.services = services;
            this.stream = new EventStream(exchange, services.guard());
            this.ender = () -> exchange.loop().post(this::end);
        }

        @Override
        public Loop loop() {
            return exchange.loop();
        }

        @Override
        public Caller caller() {
            return exchange.caller();
        }

        @Override
        public void hear(Tick tick) {
            if (closed) {
                return;
            }
            if (!stream.begun()) {
                if (tick.problem() != null) {
                    close();
                    exchange.fail(tick.problem());
                    return;
                }
                stream.begin(() -> {}, this::end);
            }
            if (!stream.stands()) {
                end(); // whoever comes again is told why
            } else if (!stream.full()) {
                missed = 0;
                stream.write(tick.event());
            } else if (++missed == MAX_MISSED) {
                close();
                stream.drop();
            }
        }

        private void end() {
            if (!closed) {
                close();
                stream.end();
            }
        }

        private void close() {
            if (!closed) {
                closed = true;
                stream.close();
                leave.run();
                services.waiters().leave(ender);
                services.meters().left(LiveKind.EVENTS);
            }
        }
    }
}
