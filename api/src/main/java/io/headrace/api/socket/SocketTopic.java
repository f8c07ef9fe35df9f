package io.headrace.api.socket;

import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.api.http.Access;
import io.headrace.api.http.Caller;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.api.live.ChangedJobs;
import io.headrace.api.live.JobFeed;
import io.headrace.api.live.JobFeeds;
import io.headrace.api.live.LiveTopics;
import io.headrace.api.live.Snapshot;
import io.headrace.api.live.TopicPoller;
import io.headrace.api.view.SocketMessage;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** One thing that one WebSocket listens to. Lives on its loop's thread. */
interface SocketTopic {
    /** @throws Problem {@code not-allowed} when this caller may not hear it */
    void require(Caller caller);

    void start();

    /** The client has read what it was sent; nothing to do for what is told again within a second. */
    default void drained() {}

    /** Says no more; a second call does nothing. */
    void stop();

    /**
     * The figures of everything, or of one queue and which of its jobs change. What is not read in time is left out.
     */
    final class State implements SocketTopic, TopicPoller.Listener, ChangedJobs.Listener {
        private final SocketClient client;
        private final String name;
        private final LiveTopics live;
        private final Optional<QueueName> queue;
        private Runnable leaveFigures = () -> {};
        private Runnable leaveChanges = () -> {};
        private boolean stopped;

        State(SocketClient client, LiveTopics live, String name, Optional<QueueName> queue) {
            this.client = client;
            this.name = name;
            this.live = live;
            this.queue = queue;
        }

        @Override
        public void require(Caller caller) {
            caller.require(Access.VIEW);
            queue.ifPresent(caller::require);
        }

        @Override
        public void start() {
            if (queue.isPresent()) {
                startQueue(queue.get());
            } else {
                joinFigures();
            }
        }

        /**
         * Nothing is listened to for the sake of a queue that nobody has heard of. While that cannot be found out it is
         * treated like any other, and told as soon as it can.
         */
        private void startQueue(QueueName name) {
            live.known(client.loop(), name).onComplete(known -> {
                if (!stopped && known.cause() instanceof Problem problem
                        && problem.type() == ProblemType.UNKNOWN_QUEUE) {
                    client.refuse(this.name, problem);
                    client.end(this.name, this);
                } else if (!stopped) {
                    joinChanges(name);
                }
            });
        }

        /** The figures are looked at when changes are heard, so that none falls between. */
        private void joinChanges(QueueName name) {
            leaveChanges = live.join(name, this, () -> client.loop().post(this::joinFigures));
        }

        private void joinFigures() {
            if (!stopped) {
                leaveFigures = live.join(queue, this);
            }
        }

        @Override
        public EventLoop loop() {
            return client.loop();
        }

        @Override
        public Caller caller() {
            return client.caller();
        }

        @Override
        public void hear(Snapshot snapshot) {
            if (stopped || client.crowded()) {
                return;
            }
            client.send(snapshot.message());
            if (snapshot.problem() != null && snapshot.problem().type() == ProblemType.UNKNOWN_QUEUE) {
                client.end(name, this);
            }
        }

        @Override
        public void write(Snapshot snapshot) {
            snapshot.write(Snapshot.Form.MESSAGE, false);
        }

        @Override
        public void changed(String message) {
            if (!stopped && !client.crowded()) {
                client.send(message);
            }
        }

        @Override
        public void stop() {
            if (!stopped) {
                stopped = true;
                leaveFigures.run();
                leaveChanges.run();
            }
        }
    }

    /** A job's transitions, progress and log. Nothing is left out: it waits until the client reads. */
    final class OneJob implements SocketTopic, JobFeed.Client {
        private final SocketClient client;
        private final String name;
        private final JobId id;
        private final JobFeed feed;

        OneJob(SocketClient client, JobFeeds feeds, String name, JobId id, long line) {
            this.client = client;
            this.name = name;
            this.id = id;
            this.feed = new JobFeed(feeds, client.loop(), id, line, this);
        }

        @Override
        public void require(Caller caller) {
            caller.require(Access.FOLLOW);
            caller.require(id.queue());
        }

        @Override
        public void start() {
            feed.start();
        }

        @Override
        public boolean full() {
            return client.crowded();
        }

        @Override
        public void event(String event, long next, byte[] json) {
            client.send(
                    SocketMessage.event(name, event, Long.toString(next), new String(json, StandardCharsets.UTF_8)));
        }

        @Override
        public void refused(Throwable why) {
            client.refuse(name, Problem.of(why));
            client.end(name, this);
        }

        @Override
        public void ended() {
            client.end(name, this);
        }

        @Override
        public void drained() {
            feed.drained();
        }

        @Override
        public void stop() {
            feed.stop();
        }
    }
}
