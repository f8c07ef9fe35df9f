package io.headrace.redis.connection;

import io.headrace.DataDamaged;
import io.headrace.JobId;
import io.headrace.Priority;
import io.headrace.QueueName;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what Redis answers. */
public final class Replies {
    /** The longest numbers that an id can carry. */
    private static final int MAX_DIGITS = 15;

    private Replies() {}

    /** An array; none is an empty one. */
    public static List<Object> list(Object reply) {
        if (!(reply instanceof List<?> items)) {
            return List.of();
        }
        return new ArrayList<>(items);
    }

    /** A string, or a number as text; none is empty. */
    public static String text(Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return reply instanceof Long number ? number.toString() : "";
    }

    /** No time and no count is beyond this; somebody can have written any score. */
    private static final double MOST = 9e15;

    /** A number, or a string that is one, such as a score; none, and what is no number, is zero. */
    public static long number(Object reply) {
        if (reply instanceof Long number) {
            return number;
        }
        String text = text(reply);
        try {
            return text.isEmpty() ? 0
                    : (long) Math.max(-MOST, Math.min(MOST, Double.parseDouble(text.replace("inf", "Infinity"))));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** What {@code TIME} tells. */
    public static Instant instant(Object reply) {
        List<Object> time = list(reply);
        return Instant.ofEpochSecond(number(time.get(0)), number(time.get(1)) * 1000);
    }

    public static List<String> texts(Object reply) {
        return list(reply).stream().map(Replies::text).toList();
    }

    /** What {@code XREADGROUP} read of one stream. */
    public static List<Object> entries(Object reply) {
        List<Object> streams = list(reply);
        return streams.isEmpty() ? streams : list(list(streams.get(0)).get(1));
    }

    /** A flat array of names and values. */
    public static Map<String, String> map(Object reply) {
        List<Object> flat = list(reply);
        Map<String, String> all = new LinkedHashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            all.put(text(flat.get(i)), text(flat.get(i + 1)));
        }
        return all;
    }

    /**
     * The id of a job by the address of its first entry.
     *
     * @throws DataDamaged when the address lies beyond any time: somebody added an entry by hand, with an address of
     *         his own
     */
    public static JobId fresh(QueueName queue, Priority priority, String entry) {
        int dash = entry.indexOf('-');
        if (dash > MAX_DIGITS || entry.length() - dash - 1 > MAX_DIGITS) {
            throw new DataDamaged("the stream of queue " + queue + " has an entry " + entry
                    + " beyond any time; run 'headrace doctor' to find out more", null);
        }
        return new JobId(queue, priority, false, Long.parseLong(entry, 0, dash, 10),
                Long.parseLong(entry, dash + 1, entry.length(), 10));
    }

    /**
     * The bucket that holds the job once it has finished: the tenth of a second of its id, and the next for each
     * thousand jobs of one millisecond, which only a priority has whose ids are ahead of the clock. Jobs that begin in
     * the schedule are numbered through.
     */
    public static String bucket(JobId id) {
        return Long.toString(id.millis() / 100 + (id.scheduled() ? 0 : id.sequence() / 1_000));
    }
}
