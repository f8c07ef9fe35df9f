package io.headrace.redis;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

import redis.clients.jedis.Protocol.Command;

/** What a Redis says about itself, and whether jobs are safe with it. */
final class ServerCheck {
    private static final int OLDEST_MAJOR = 7;

    private final Map<String, String> info;

    private ServerCheck(Map<String, String> info) {
        this.info = info;
    }

    /** Asks the server; one round trip. */
    static ServerCheck of(Link link) {
        byte[] any = {'i'};
        return parse(Replies.text(link.ask(any, new Link.Request(Command.INFO))));
    }

    /** What an answer to INFO says, of the sections that it holds. */
    static ServerCheck parse(String answer) {
        Map<String, String> info = new LinkedHashMap<>();
        answer.lines().filter(line -> line.indexOf(':') > 0)
                .forEach(line -> info.put(line.substring(0, line.indexOf(':')),
                        line.substring(line.indexOf(':') + 1).strip()));
        return new ServerCheck(info);
    }

    /** Why jobs must not be given to this server, in words for people. */
    Optional<String> misfit() {
        String version = info.getOrDefault("redis_version", "");
        String major = version.split("\\.", 2)[0];
        if (major.matches("[0-9]{1,6}") && Integer.parseInt(major) < OLDEST_MAJOR) {
            return Optional.of("Redis " + version + " is too old: 7.0 or later is needed");
        }
        String policy = info.getOrDefault("maxmemory_policy", "noeviction");
        if (!policy.equals("noeviction")) {
            return Optional.of("Redis would evict jobs when its memory is full: its maxmemory-policy is " + policy
                    + ", set it to noeviction");
        }
        return Optional.empty();
    }

    /** Why no job can be stored now: it is unfit, or its memory is full. */
    Optional<String> objection() {
        long used = number("used_memory");
        long max = number("maxmemory");
        return misfit().or(() -> max > 0 && used >= max
                ? Optional.of("Redis is full: " + used + " of " + max + " bytes are used")
                : Optional.empty());
    }

    /** Whether a crash of the server loses what was written since its last snapshot, if it takes any. */
    boolean withoutAppendOnlyFile() {
        return "0".equals(info.get("aof_enabled"));
    }

    /** How many replicas follow this server now. */
    int onlineReplicas() {
        return (int) info.entrySet().stream().filter(entry -> entry.getKey().matches("slave[0-9]+"))
                .filter(entry -> entry.getValue().contains("state=online")).count();
    }

    private long number(String name) {
        String text = info.getOrDefault(name, "0");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }
}
