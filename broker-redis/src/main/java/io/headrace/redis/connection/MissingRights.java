package io.headrace.redis.connection;

import io.headrace.redis.config.RedisConfig;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAccessControlException;

/** What the user of Redis lacks of the rights that {@code docs/operations/deploying.md} lists. */
public final class MissingRights {
    /** No time at all: refused at once to who has the right. Redis ends even the shortest wait up to 100 ms later. */
    private static final String NO_TIME = "-1";

    private MissingRights() {}

    /**
     * Asks Redis, in one round trip.
     *
     * @return what is missing, as {@code ACL SETUSER} spells it; empty when nothing is
     * @throws io.headrace.BrokerUnavailable when Redis cannot say
     */
    public static List<String> missing(Redis redis, RedisConfig config) {
        RedisKeys keys = new RedisKeys(config);
        byte[] key = keys.rights();
        List<Object> answers = redis.exchange(key,
                List.of(Request.script(Script.MISSING_RIGHTS, List.of(key), Args.of(keys.silence())),
                        Request.of(Command.BLPOP, key, NO_TIME))); // not known in scripts
        if (answers.get(0) instanceof JedisAccessControlException e) {
            return List.of(refused(String.valueOf(e.getMessage()), config));
        }
        List<String> missing = new ArrayList<>();
        for (String right : Replies.texts(Redis.checked(answers.get(0)))) {
            missing.add(right.equals("&") ? right + config.prefix() + '*' : right);
        }
        if (answers.get(1) instanceof JedisAccessControlException) {
            missing.add("+blpop");
        }
        return missing;
    }

    /** What keeps the script itself from running. */
    private static String refused(String why, RedisConfig config) {
        return why.contains("evalsha") ? "+evalsha"
                : why.contains("script|load") ? "+script|load" : "~" + config.prefix() + '*';
    }
}
