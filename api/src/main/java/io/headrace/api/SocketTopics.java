package io.headrace.api;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.QueueName;
import java.util.Optional;

/** What WebSockets can listen to. Thread-safe. */
record SocketTopics(Live live, JobFeeds feeds) {
    /**
     * The topic of a name.
     *
     * @param line of a job's log, to begin with
     * @throws InvalidInput when there can be none
     */
    LiveTopic of(LiveClient client, String name, long line) {
        if (name.equals(Live.OVERVIEW)) {
            return new LiveTopic.State(client, live, name, Optional.empty());
        }
        if (name.startsWith("queue:")) {
            return new LiveTopic.State(client, live, name,
                    Optional.of(new QueueName(name.substring("queue:".length()))));
        }
        if (name.startsWith("job:")) {
            return new LiveTopic.OneJob(client, feeds, name, JobId.parse(name.substring("job:".length())), line);
        }
        String shown = name.length() <= 80 ? name : name.substring(0, 80) + "…";
        throw new InvalidInput("topic", "must be overview, queue:NAME or job:ID, was '" + shown + "'");
    }
}
