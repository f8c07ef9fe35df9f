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
        new Client(exchange, services).start(queue);
    }

    /** One client. Lives on its loop's thread. */
    private static final class Client implements Ticker.Listener, EventStream.Source {
        /** A client that has not read by so many ticks in a row is dropped. */
        private static final int MAX_MISSED = 2;

        private final Exchange exchange;
        private final Live live;
        private final EventStream stream;
        private Runnable leave = () -> {};
        private int missed;

        Client(Exchange exchange, Services services) {
            this.exchange = exchange;
            this.live = services.live();
            this.stream = new EventStream(exchange, services, LiveKind.EVENTS, this);
        }

        void start(Optional<QueueName> queue) {
            if (stream.open()) {
                leave = live.join(queue, this);
            }
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
            if (stream.closed()) {
                return;
            }
            if (!stream.begun() && tick.problem() != null) {
                stream.refuse(tick.problem());
            } else if (!stream.full()) {
                missed = 0;
                if (!stream.crowded()) {
                    stream.write(tick.event());
                }
            } else if (++missed == MAX_MISSED) {
                stream.drop();
            }
        }

        @Override
        public void drained() {
            // the next state comes within a second
        }

        @Override
        public void stop() {
            leave.run();
        }
    }
}
