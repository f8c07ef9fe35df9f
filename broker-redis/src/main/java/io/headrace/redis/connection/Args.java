package io.headrace.redis.connection;

import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.WorkerId;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arguments of a command or a script, written as Redis takes them. */
public final class Args extends AbstractList<byte[]> {
    private static final byte[] NONE = {};
    private static final byte[] ZERO = {'0'};
    private static final byte[] ONE = {'1'};

    private final List<byte[]> all = new ArrayList<>();

    private Args() {}

    /** See {@link #with}. */
    public static Args of(@Nullable Object... values) {
        return new Args().with(values);
    }

    /**
     * Adds texts, numbers, priorities by their letter, names by what they say, truth as 1 or 0, nothing as the empty
     * string, bytes as they are, and each of many.
     */
    public Args with(@Nullable Object... values) {
        for (Object value : values) {
            if (value instanceof Iterable<?> many) {
                many.forEach(each -> all.add(bytes(each)));
            } else {
                all.add(bytes(value));
            }
        }
        return this;
    }

    private static byte[] bytes(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return bytes;
        } else if (value instanceof Boolean truth) {
            return truth ? ONE : ZERO;
        } else if (value instanceof Number number) {
            return RedisKeys.bytes(number.longValue());
        } else if (value instanceof Priority priority) {
            return RedisKeys.bytes(String.valueOf(priority.code()));
        } else if (value instanceof QueueName queue) {
            return RedisKeys.bytes(queue.value());
        } else if (value instanceof WorkerId worker) {
            return RedisKeys.bytes(worker.value());
        }
        return value == null ? NONE : RedisKeys.bytes(value.toString());
    }

    @Override
    public byte[] get(int index) {
        return all.get(index);
    }

    @Override
    public int size() {
        return all.size();
    }
}
