package io.headrace.api.live;

import io.headrace.QueueName;
import io.headrace.api.http.Caller;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.HttpCall;
import io.headrace.api.metrics.ListenerKind;
import java.util.Optional;

/**
 * {@code GET /v1/events}: a stream of server-sent events, one a second, each with the whole present state: of
 * everything, or of one queue. Who asks for changes gets the state once, and then what has changed since the event
 * before; the state again when that was not sent. What a client misses it need not be told again, so who comes back
 * gets the newest state, whatever its {@code Last-Event-ID}.
 */
public record OverviewEvents(LiveTopics live, LiveAdmission admission) {
    public void serve(HttpCall call) {
        Optional<QueueName> queue = call.query().text("queue").map(QueueName::new);
        new Client(call, live, admission).start(queue);
    }

    /** One client. Lives on its loop's thread. */
    private static final class Client implements TopicPoller.Listener, EventStream.Source {
        /** A client that has not read by so many snapshots in a row is dropped. */
        private static final int MAX_MISSED = 2;

        private final HttpCall call;
        private final LiveTopics live;
        private final EventStream stream;
        private final Snapshot.Form form;
        private Runnable leave = () -> {};
        private int missed;
        /** Of the newest state that was sent. */
        private long told = -1;

        Client(HttpCall call, LiveTopics live, LiveAdmission admission) {
            this.call = call;
            this.live = live;
            this.form = call.query().flag("changes") ? Snapshot.Form.CHANGES : Snapshot.Form.EVENT;
            this.stream = new EventStream(call, admission, ListenerKind.EVENTS, this);
        }

        void start(Optional<QueueName> queue) {
            if (stream.open()) {
                leave = live.join(queue, this);
            }
        }

        @Override
        public EventLoop loop() {
            return call.loop();
        }

        @Override
        public Caller caller() {
            return call.caller();
        }

        @Override
        public void hear(Snapshot snapshot) {
            if (stream.closed()) {
                return;
            }
            if (!stream.begun() && snapshot.problem() != null) {
                stream.refuse(snapshot.problem());
            } else if (!stream.full()) {
                missed = 0;
                if (!stream.crowded()) {
                    boolean onlyChanges = form == Snapshot.Form.CHANGES && snapshot.follows(told);
                    stream.write(onlyChanges ? snapshot.changes() : snapshot.event());
                    told = snapshot.problem() == null ? snapshot.at() : -1;
                }
            } else if (++missed == MAX_MISSED) {
                stream.drop();
            }
        }

        @Override
        public void write(Snapshot snapshot) {
            snapshot.write(form, stream.packs());
        }

        @Override
        public void stop() {
            leave.run();
        }
    }
}
