package io.headrace.api.socket;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.api.live.JobFeeds;
import io.headrace.api.live.LiveTopics;
import java.util.Optional;

/** Finds the topic that a WebSocket asks for by its name. Thread-safe. */
public record SocketTopics(LiveTopics live, JobFeeds feeds) {
    /**
     * The topic of a name.
     *
     * @param line of a job's log, to begin with
     * @throws InvalidInput when there can be none
     */
    SocketTopic of(SocketClient client, String name, long line) {
        if (name.equals(LiveTopics.OVERVIEW)) {
            return new SocketTopic.State(client, live, name, Optional.empty());
        }
        if (name.startsWith("queue:")) {
            return new SocketTopic.State(client, live, name,
                    Optional.of(new QueueName(name.substring("queue:".length()))));
        }
        if (name.startsWith("job:")) {
            return new SocketTopic.OneJob(client, feeds, name, JobId.parse(name.substring("job:".length())), line);
        }
        String shown = name.length() <= 80 ? name : name.substring(0, 80) + "…";
        throw new InvalidInput("topic", "must be overview, queue:NAME or job:ID, was '" + shown + "'");
    }
}
