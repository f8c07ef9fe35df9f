package io.headrace.redis.connection;

import io.headrace.DataDamaged;
import io.headrace.HeadraceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Finds out which key has a wrong type after Redis has said that one has, and tells of it in the log now and then
 * rather than with every call that meets it. Thread-safe.
 */
final class WrongTypes {
    private static final Logger LOG = LoggerFactory.getLogger(WrongTypes.class);
    private static final long REMIND_NANOS = TimeUnit.MINUTES.toNanos(10);
    private static final int MAX_TOLD = 1_000;

    private final Redis redis;
    private final LongSupplier nanoClock;
    /** When each damage was last told of. Guarded by {@code this}. */
    private final Map<String, Long> told = new HashMap<>();

    WrongTypes(Redis redis, LongSupplier nanoClock) {
        this.redis = redis;
        this.nanoClock = nanoClock;
    }

    /** The answers, with a {@link DataDamaged} that names the key in the place of each that says "wrong type". */
    List<Object> named(List<Request> requests, List<Object> answers) {
        List<Object> named = answers;
        Map<String, DataDamaged> found = new HashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            if (answers.get(i) instanceof JedisDataException e && wrongType(e)) {
                Request request = requests.get(i);
                if (named == answers) {
                    named = new ArrayList<>(answers);
                }
                named.set(i, found.computeIfAbsent(Replies.text(request.key()), key -> damaged(request, e)));
            }
        }
        return named;
    }

    private static boolean wrongType(JedisDataException e) {
        return String.valueOf(e.getMessage()).contains("WRONGTYPE");
    }

    private DataDamaged damaged(Request request, JedisDataException e) {
        byte[] key = request.key();
        String what = request.command() == Command.EVALSHA
                ? structure(key).orElse("a key that starts with " + Replies.text(key) + " has a wrong type")
                : "the key " + Replies.text(key) + ", or one used together with it, has a wrong type";
        tell(what);
        return new DataDamaged(what + "; run 'headrace doctor' to find out more", e);
    }

    /** The first structure of the queue that is not what it should be. */
    private Optional<String> structure(byte[] base) {
        List<RedisKeys.Kind> kinds = RedisKeys.STRUCTURES;
        String start = Replies.text(base);
        List<Object> types;
        try {
            types = redis.exchange(base, kinds.stream()
                    .map(kind -> Request.of(Command.TYPE, start + kind.suffix())).toList());
        } catch (HeadraceException e) {
            return Optional.empty(); // the call itself has its answer: this was only to say more about it
        }
        for (int i = 0; i < kinds.size(); i++) {
            String type = Replies.text(types.get(i));
            if (!type.equals("none") && !type.equals(kinds.get(i).type())) {
                return Optional.of("the key " + start + kinds.get(i).suffix() + " is a " + type + " where a "
                        + kinds.get(i).type() + " belongs");
            }
        }
        return Optional.empty();
    }

    private synchronized void tell(String what) {
        long now = nanoClock.getAsLong();
        Long newest = told.get(what);
        if (newest == null || now - newest > REMIND_NANOS) {
            if (told.size() >= MAX_TOLD) {
                told.clear();
            }
            told.put(what, now);
            LOG.warn("stored data is damaged, and what needs it is refused: {}; run 'headrace doctor'", what);
        }
    }
}
