package io.headrace.redis.connection;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of stored things that nobody of ours can have written, and that are passed over: each once a process, however
 * often it is met. Thread-safe.
 */
public final class UnreadableValues {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadableValues.class);
    /** So many are told apart; more than that is told by {@code headrace doctor}. */
    private static final int MAX_TOLD = 1_000;
    private static final int SHOWN = 200;

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    /** @param what the thing itself, as it is stored */
    public void passedOver(byte[] key, String what, String why) {
        String name = Replies.text(key) + ' ' + what;
        if (told.size() < MAX_TOLD && told.add(name)) {
            LOG.warn("a stored value cannot be read and is passed over; run 'headrace doctor' key={} value={} why={}",
                    Replies.text(key), shown(what), why);
        }
    }

    /** What may be stored is anything, so a log line shows the beginning of it, in printable characters. */
    public static String shown(String text) {
        String start = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
        return start.replaceAll("\\p{Cntrl}", "?");
    }
}
