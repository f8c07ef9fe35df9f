package io.headrace.redis.connection;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol.Command;

/** What a Redis says about itself, and whether jobs are safe with it. */
public final class ServerInfo {
    private static final int OLDEST_MAJOR = 7;

    private final Map<String, String> info;

    private ServerInfo(Map<String, String> info) {
        this.info = info;
    }

    /** Asks the server; one round trip. */
    public static ServerInfo of(Redis redis) {
        byte[] any = {'i'};
        return parse(Replies.text(redis.ask(any, new Request(Command.INFO))));
    }

    /** What an answer to INFO says, of the sections that it holds. */
    public static ServerInfo parse(String answer) {
        Map<String, String> info = new LinkedHashMap<>();
        answer.lines().filter(line -> line.indexOf(':') > 0)
                .forEach(line -> info.put(line.substring(0, line.indexOf(':')),
                        line.substring(line.indexOf(':') + 1).strip()));
        return new ServerInfo(info);
    }

    /**
     * A replica as its master sees it.
     *
     * @param online whether it has caught up and follows
     * @param lagSeconds since it last answered
     * @param behindBytes how much of what the master has written it has not confirmed
     */
    public record Replica(HostAndPort address, boolean online, long lagSeconds, long behindBytes) {}

    /** Whether it is older than the oldest Redis that Headrace works with. */
    public boolean tooOld() {
        String major = text("redis_version").split("\\.", 2)[0];
        return major.matches("[0-9]{1,6}") && Integer.parseInt(major) < OLDEST_MAJOR;
    }

    public List<Replica> replicas() {
        List<Replica> replicas = new ArrayList<>();
        for (int i = 0; info.containsKey("slave" + i); i++) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (String field : text("slave" + i).split(",", -1)) {
                int equals = field.indexOf('=');
                fields.put(field.substring(0, Math.max(0, equals)), field.substring(equals + 1));
            }
            replicas.add(new Replica(
                    new HostAndPort(fields.getOrDefault("ip", ""), (int) number(fields.getOrDefault("port", "0"), 0)),
                    "online".equals(fields.get("state")), number(fields.getOrDefault("lag", ""), -1),
                    Math.max(0, number("master_repl_offset") - number(fields.getOrDefault("offset", ""), 0))));
        }
        return replicas;
    }

    /** Why jobs must not be given to this server, in words for people. */
    public Optional<String> misfit() {
        if (tooOld()) {
            return Optional.of("Redis " + text("redis_version") + " is too old: 7.0 or later is needed");
        }
        String policy = info.getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            return Optional.of("Redis would evict jobs when its memory is full: its maxmemory-policy is " + policy
                    + ", set it to noeviction");
        }
        return Optional.empty();
    }

    /** Why no job can be stored now: it is unfit, or its memory is full. */
    public Optional<String> objection() {
        long used = number("used_memory");
        long max = number("maxmemory");
        return misfit().or(() -> max > 0 && used >= max
                ? Optional.of("Redis is full: " + used + " of " + max + " bytes are used")
                : Optional.empty());
    }

    /** Whether it is still reading its data; until then it says that it has no append-only file. */
    boolean loading() {
        return number("loading") == 1;
    }

    /** Whether a crash of the server loses what was written since its last snapshot, if it takes any. */
    public boolean withoutAppendOnlyFile() {
        return "0".equals(info.get("aof_enabled")) && !loading();
    }

    /** How many replicas follow this server now. */
    public int onlineReplicas() {
        return (int) replicas().stream().filter(Replica::online).count();
    }

    /** A field of INFO, empty when this server does not tell it. */
    public String text(String name) {
        return info.getOrDefault(name, "");
    }

    /** A field of INFO that is a number, else 0. */
    public long number(String name) {
        return number(text(name), 0);
    }

    private static long number(String text, long otherwise) {
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : otherwise;
    }
}
