package io.headrace.api.live;

import io.headrace.api.http.HttpCall;
import io.headrace.api.metrics.ListenerKind;

/**
 * {@code GET /v1/jobs/{id}/events}: a stream of server-sent events. The job as it is now comes first, then the job
 * again whenever it has changed, named by its state; lines of its log come as events named {@code log}. The stream ends
 * after the job has.
 *
 * <p>The id of an event is the number of the next log line, so a client that comes back with {@code Last-Event-ID} gets
 * no line twice. Any other value of that header does no harm.
 */
public record JobEvents(JobFeeds feeds, LiveAdmission admission) {
    public void serve(HttpCall call) {
        new Client(call, feeds, admission).start();
    }

    /** One client. Lives on its loop's thread. */
    private static final class Client implements JobFeed.Client, EventStream.Source {
        private final EventStream stream;
        private final JobFeed feed;

        Client(HttpCall call, JobFeeds feeds, LiveAdmission admission) {
            this.stream = new EventStream(call, admission, ListenerKind.JOB_EVENTS, this);
            long firstLine = call.header("Last-Event-ID").filter(text -> text.matches("[0-9]{1,15}"))
                    .map(Long::parseLong).orElse(0L);
            this.feed = new JobFeed(feeds, call.loop(), call.job(), firstLine, this);
        }

        void start() {
            if (stream.open()) {
                feed.start();
            }
        }

        @Override
        public boolean full() {
            return stream.full() || stream.crowded();
        }

        @Override
        public void event(String name, long next, byte[] json) {
            stream.write(StreamEvent.of(Long.toString(next), name, json));
        }

        @Override
        public void refused(Throwable why) {
            stream.refuse(why);
        }

        @Override
        public void ended() {
            stream.end();
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
