package io.headrace.redis;

import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.Level;
import io.headrace.QueueName;
import java.util.List;

/** What a stream entry says: the job's id and its document. */
record Entry(JobId id, byte[] document) {
    private static final byte[] NOTHING = {};

    /** An entry that was published again names its job; a first one is named by its own address. */
    static Entry of(QueueName queue, Level level, String address, List<Object> fields) {
        JobId id = Replies.fresh(queue, level, address);
        byte[] document = NOTHING;
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String name = Replies.text(fields.get(i));
            if (name.equals("id")) {
                id = named(Replies.text(fields.get(i + 1)), id);
            } else if (name.equals("job") && fields.get(i + 1) instanceof byte[] bytes) {
                document = bytes;
            }
        }
        return new Entry(id, document);
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
