package io.headrace.redis.connection;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * How a flush learns that what it wrote is as safe as was promised: by one more command at its end, on the same
 * connection, that Redis answers when all before it are safe. One wait a flush, however many jobs it carries: a group
 * commit. Thread-safe.
 *
 * <p>{@code fsync} takes {@code appendfsync always}, with which a server writes no answer before its file is on disk.
 * The flush ends by asking for that very setting, so that a server that was restarted or promoted with another one is
 * noticed before its answers are believed. WAITAOF is not relied on: servers with {@code everysec} have answered it
 * before their file was on disk; see docs/decisions/0015.
 */
public final class DurabilityWait {
    /**
     * How long Redis may take to make a flush safe; shorter than {@link Redis#TIMEOUT_MS}, so that its answer still
     * arrives.
     */
    static final int WAIT_MS = 4_000;
    /**
     * How long what a server said about itself is believed. Each flush is confirmed by itself; this only spares it from
     * vain writes.
     */
    private static final long BELIEVED_NANOS = 1_000_000_000L;

    private static final Request APPEND_SETTINGS = Request.of(Command.CONFIG, "GET",
            "append*", "no-appendfsync-on-rewrite");

    private final Redis redis;
    private final LongSupplier nanoClock;
    private final Map<Place, Means> known = new ConcurrentHashMap<>();

    public DurabilityWait(Redis redis, LongSupplier nanoClock) {
        this.redis = redis;
        this.nanoClock = nanoClock;
    }

    /** One durability at one part of the deployment. */
    private record Place(int shard, Durability durability) {}

    /**
     * What a server can do for a durability.
     *
     * @param objection why it cannot, or null
     * @param confirmation the command that ends a flush, or null when none is needed
     */
    private record Means(@Nullable String objection, @Nullable Request confirmation, long asOf) {}

    /**
     * The commands that a flush must end with: one, or none for {@code memory}.
     *
     * @param key names the server
     * @throws DurabilityUnavailable when the server cannot give the durability
     * @throws BrokerUnavailable when it cannot say
     */
    public List<Request> confirmation(Durability durability, byte[] key) {
        if (durability.kind() == Durability.Kind.MEMORY) {
            return List.of();
        }
        Place place = new Place(redis.shard(key), durability);
        Means means = known.get(place);
        if (means == null || nanoClock.getAsLong() - means.asOf() > BELIEVED_NANOS) {
            means = look(durability, key);
            known.put(place, means);
        }
        if (means.objection() != null) {
            throw new DurabilityUnavailable(durability, means.objection());
        }
        return means.confirmation() == null ? List.of() : List.of(means.confirmation());
    }

    /** Why the answer to a confirmation confirms nothing, or null when it does. */
    @Nullable
    public String doubt(Durability durability, byte[] key, Object answer) {
        String doubt = answer instanceof Exception e ? String.valueOf(e.getMessage())
                : durability.kind() == Durability.Kind.FSYNC ? notAlways(answer)
                        : answer instanceof Long n && n >= durability.replicas() ? null
                                : "after " + WAIT_MS + " ms it was not on " + durability.replicas() + " replicas";
        if (doubt != null) {
            known.remove(new Place(redis.shard(key), durability)); // what was believed of this server is no longer so
        }
        return doubt;
    }

    private Means look(Durability durability, byte[] key) {
        return durability.kind() == Durability.Kind.FSYNC ? fsync(key) : replicated(durability.replicas(), key);
    }

    private Means fsync(byte[] key) {
        List<Object> answers = askServer(key, Request.of(Command.INFO, "persistence"),
                APPEND_SETTINGS);
        ServerInfo server = ServerInfo.parse(Replies.text(Redis.checked(answers.get(0))));
        if (server.loading()) {
            throw new BrokerUnavailable("Redis is still reading its data", null);
        }
        if (server.withoutAppendOnlyFile()) {
            return unable("the append-only file of Redis is off; set appendonly to yes and appendfsync to always");
        }
        String objection = notAlways(answers.get(1));
        return objection == null ? able(APPEND_SETTINGS) : unable(objection);
    }

    /** Why this answer to CONFIG GET does not mean that every answer of the server comes after its file is on disk. */
    private static @Nullable String notAlways(Object answer) {
        if (!(answer instanceof List<?>)) {
            return "Redis does not let its CONFIG be read, so nobody can tell whether appendfsync is always";
        }
        Map<String, String> settings = Replies.map(answer);
        if (!"yes".equals(settings.get("appendonly")) || !"always".equals(settings.get("appendfsync"))) {
            return "Redis answers before its file is on disk; set appendonly to yes and appendfsync to always";
        }
        if (!"no".equals(settings.getOrDefault("no-appendfsync-on-rewrite", "no"))) {
            return "Redis does not write its file to disk during a rewrite; set no-appendfsync-on-rewrite to no";
        }
        return null;
    }

    private Means replicated(int asked, byte[] key) {
        List<Object> answers = askServer(key, Request.of(Command.INFO, "replication"));
        int online = ServerInfo.parse(Replies.text(Redis.checked(answers.get(0)))).onlineReplicas();
        return online >= asked ? able(Request.of(Command.WAIT, asked, WAIT_MS))
                : unable(online + " of " + asked + " replicas are online");
    }

    /**
     * What the server answers that serves the key now. Requests without a key are answered by any node of a cluster,
     * also by one that has lost the slot; so one with the key goes first, which such a node redirects. What else it is
     * answered does not matter.
     */
    private List<Object> askServer(byte[] key, Request... about) {
        List<Request> requests = new ArrayList<>(List.of(about));
        requests.add(0, new Request(Command.EXISTS, key));
        List<Object> answers = redis.exchange(key, requests, about.length);
        return answers.subList(1, answers.size());
    }

    private Means able(Request confirmation) {
        return new Means(null, confirmation, nanoClock.getAsLong());
    }

    private Means unable(String why) {
        return new Means(why, null, nanoClock.getAsLong());
    }
}
