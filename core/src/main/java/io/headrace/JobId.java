package io.headrace;

import io.headrace.format.Excerpt;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a job, and the address of its first entry: {@code email_n1763770000123-0} is the job of queue
 * {@code email}, priority normal, first put in line as stream entry {@code 1763770000123-0}. A job that starts in the
 * schedule carries an {@code s} before the number: {@code email_ns1763770000123-0}; its number comes from the broker's
 * clock and a counter, and is no entry's address.
 *
 * @param queue the queue that holds the job, for ever
 * @param priority its urgency
 * @param scheduled whether its life began in the schedule
 * @param millis epoch milliseconds of its creation, by the broker's clock, or those of the job before it if that clock
 *         was set back
 * @param sequence tells apart jobs of the same millisecond
 */
public record JobId(QueueName queue, Priority priority, boolean scheduled, long millis, long sequence)
        implements
            Comparable<JobId> {
    private static final Pattern FORM = Pattern
            .compile("([a-z0-9][a-z0-9.-]{0,62})_([hnl])(s?)([0-9]{1,15})-([0-9]{1,18})");

    /** @throws InvalidInput when the text is not a job id */
    public static JobId parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            throw new InvalidInput("id", "must look like email_n1763770000123-0, was '" + Excerpt.of(text) + "'");
        }
        return new JobId(new QueueName(m.group(1)), Priority.ofCode(m.group(2).charAt(0)), !m.group(3).isEmpty(),
                Long.parseLong(m.group(4)), Long.parseLong(m.group(5)));
    }

    /**
     * When the job was accepted, by the broker's clock, unless that had gone ahead before:
     * {@link JobDocument#acceptedAt} knows.
     */
    public Instant createdAt() {
        return Instant.ofEpochMilli(millis);
    }

    /** The stream entry id {@code <millis>-<sequence>}; for a job that began in the schedule just a unique number. */
    public String entry() {
        return millis + "-" + sequence;
    }

    /** Oldest first. */
    @Override
    public int compareTo(JobId other) {
        int byTime = Long.compare(millis, other.millis);
        int bySequence = byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        return bySequence != 0 ? bySequence : toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return queue.value() + '_' + priority.code() + (scheduled ? "s" : "") + millis + '-' + sequence;
    }
}
