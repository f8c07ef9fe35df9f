package io.headrace.redis.jobs;

import io.headrace.CorruptDocument;
import io.headrace.InvalidInput;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.redis.connection.Replies;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stream entry says: the job's id and its document.
 *
 * @param addedAt when it came into line, where the entry says so, else null: then its address does
 * @param again whether the job was promoted before
 */
public record ReadyEntry(JobId id, byte[] document, @Nullable Instant addedAt, boolean again) {
    private static final byte[] NOTHING = {};

    /** An entry that was promoted again names its job; a first one is named by its own address. */
    public static ReadyEntry of(QueueName queue, Priority priority, String address, List<Object> fields) {
        JobId own = Replies.fresh(queue, priority, address);
        JobId id = own;
        byte[] document = NOTHING;
        Instant addedAt = null;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String name = Replies.text(fields.get(i));
            if (name.equals("id")) {
                id = named(Replies.text(fields.get(i + 1)), id);
            } else if (name.equals("job") && fields.get(i + 1) instanceof byte[] bytes) {
                document = bytes;
            } else if (name.equals("at")) {
                addedAt = time(Replies.text(fields.get(i + 1)));
            }
        }
        return new ReadyEntry(id, document, addedAt, !id.equals(own));
    }

    /** When an entry came into line by what it says, null when that is nothing. */
    public static @Nullable Instant time(String text) {
        return text.matches("[0-9]{1,15}") ? Instant.ofEpochMilli(Long.parseLong(text)) : null;
    }

    /**
     * The document, which knows when the job was accepted, also where its id does not tell.
     *
     * @throws CorruptDocument when it cannot be read
     */
    JobDocument read() {
        return timed(JobDocument.parse(document));
    }

    /** The same for people: what cannot be read is shown as such. */
    public JobDocument shown() {
        return timed(Finder.document(document));
    }

    private JobDocument timed(JobDocument plain) {
        return addedAt == null || again ? plain : plain.accepted(addedAt);
    }

    private static JobId named(String text, JobId otherwise) {
        try {
            JobId id = JobId.parse(text);
            return id.queue().equals(otherwise.queue()) ? id : otherwise;
        } catch (InvalidInput e) {
            return otherwise;
        }
    }
}
