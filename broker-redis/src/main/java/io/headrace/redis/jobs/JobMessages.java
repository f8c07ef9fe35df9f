package io.headrace.redis.jobs;

import io.headrace.BrokerUnavailable;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.QueueName;
import io.headrace.Subscription;
import io.headrace.redis.connection.PubSub;
import io.headrace.redis.connection.UnreadableValues;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hears of jobs, whose ids are what is said on the channels of queues. */
public final class JobMessages {
    private static final Logger LOG = LoggerFactory.getLogger(JobMessages.class);

    private final PubSub pubSub;
    /** Used by the thread that listens. */
    private boolean toldOfStrangers;

    public JobMessages(PubSub pubSub) {
        this.pubSub = pubSub;
    }

    /**
     * Hears of jobs of these queues, whose ids make up the messages. Whoever can reach Redis can publish, so anything
     * else is passed over, and an id says no more than that its job may be worth a look.
     *
     * @throws BrokerUnavailable when the channels do not stand in time, at once when Redis does not let this user
     *         listen
     */
    public Subscription subscribe(Set<QueueName> queues, Function<QueueName, String> channel,
            Consumer<JobId> callback) {
        return pubSub.listen(queues.stream().map(channel).collect(Collectors.toSet()), message -> {
            for (String text : message.split(" ", -1)) {
                Optional<JobId> job = job(text).filter(id -> queues.contains(id.queue()));
                job.ifPresentOrElse(callback, () -> passOver(queues, text));
            }
        });
    }

    private static Optional<JobId> job(String text) {
        try {
            return Optional.of(JobId.parse(text));
        } catch (InvalidInput e) {
            return Optional.empty();
        }
    }

    /** Told once, however much of it comes. */
    private void passOver(Set<QueueName> queues, String text) {
        if (!toldOfStrangers) {
            toldOfStrangers = true;
            LOG.warn("passing over what somebody else publishes on channels of Headrace queues={} text={}", queues,
                    UnreadableValues.shown(text));
        }
    }
}
