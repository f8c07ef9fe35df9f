package io.headrace.broker;

import io.headrace.BrokerUnavailable;
import io.headrace.QueueName;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Queues as wholes: what they hold, their settings, and what people do to all of a queue at once. Thread-safe; every
 * method blocks for a bounded number of round trips and throws {@link BrokerUnavailable} when the broker cannot be
 * reached.
 */
public interface Queues {
    /** The names of all queues, in order. Cost: one command. */
    List<QueueName> names();

    /** Those of these queues that exist, by name. Cost: one script a queue, whatever their depth. */
    List<QueueInfo> infos(Collection<QueueName> names);

    /** Each queue there is, by name. */
    default List<QueueInfo> all() {
        return infos(names());
    }

    /**
     * All queues, all workers and the memory of the broker at one glance. Cost: as {@link #all()} and
     * {@link Workers#live()}.
     */
    Overview overview();

    /** One queue, empty when it was never used. */
    Optional<QueueInfo> info(QueueName queue);

    /** How many scheduled and retrying jobs are due, or fall due within so long. */
    long due(QueueName queue, Duration within);

    /** The broker's clock, as the queue sees it. */
    Instant time(QueueName queue);

    /** Stops a queue from being claimed; what runs goes on. Creates the queue if need be. */
    void pause(QueueName queue);

    /** Undoes {@link #pause}. */
    void resume(QueueName queue);

    /** The settings of a queue; defaults where nothing was set. */
    QueueSettings settings(QueueName queue);

    /** Replaces the settings of a queue. Creates the queue if need be. */
    default void settings(QueueName queue, QueueSettings settings) {
        change(queue, new SettingsChange(settings.maxBacklog(), settings.retention(), settings.maxKept()));
    }

    /**
     * Sets what the change names and leaves the rest, which others may be changing at the same time. Creates the queue
     * if need be.
     *
     * @return what holds now
     */
    QueueSettings change(QueueName queue, SettingsChange change);

    /**
     * Cancels every job in line at the time of the call, in batches; running jobs and jobs at rest stay.
     *
     * @param progress told the number cancelled so far after each batch
     * @return how many were cancelled
     */
    long purge(QueueName queue, LongConsumer progress);

    /**
     * Deletes a queue and all that is known of it: settings, counters, history, what is on record of jobs that ended.
     * While a job runs, or, unless {@code drop}, while one is in line, at rest or dead, nothing is changed. Its next
     * job or setting creates it anew; submissions that come meanwhile create it right after, or fail with
     * {@link BrokerUnavailable} while it lasts. Cost: one look at each key of the server.
     *
     * @param drop whether jobs in line, at rest and dead go with it, without a record
     */
    QueueDeletion delete(QueueName queue, boolean drop);

    /** What happened in each of the last minutes, the present one included, oldest first. {@code minutes} 1 to 1440. */
    List<MinuteCounts> history(QueueName queue, int minutes);
}
