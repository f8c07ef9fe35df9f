package io.headrace.redis.connection;

import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.WorkerId;
import io.headrace.redis.config.RedisConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Every key, spelled once. All keys of a queue start with its base, which carries the hash tag {@code {queue}}, so a
 * queue lives in one Cluster slot. Scripts get the base as their one key and append the rest.
 */
public final class RedisKeys {
    /**
     * One kind of key.
     *
     * @param pattern as the documentation spells it, {@code hr:} standing for the prefix
     * @param type the Redis type
     */
    public record Kind(String pattern, String type) {
        private static final String BASE = "hr:{q}:";

        /** What follows the base of a queue. */
        public String suffix() {
            return pattern.substring(BASE.length());
        }

        /** Whether this is the kind of a key, told by its name without the prefix, that belongs to no queue. */
        public boolean isOfNoQueue(String name) {
            String own = pattern.substring("hr:".length());
            int variable = own.indexOf('<');
            return !pattern.startsWith(BASE)
                    && (variable < 0 ? name.equals(own) : name.startsWith(own.substring(0, variable)));
        }

        /** Whether a queue has exactly one of these. */
        boolean structure() {
            return pattern.startsWith(BASE) && pattern.indexOf('<') < 0 && !type.equals("channel");
        }
    }

    /** All there are; {@code docs/redis-data-model.md} is checked against this list, and so are the scripts. */
    public static final List<Kind> ALL = List.of(
            new Kind("hr:{q}:ready:h", "stream"),
            new Kind("hr:{q}:ready:n", "stream"),
            new Kind("hr:{q}:ready:l", "stream"),
            new Kind("hr:{q}:running:h", "hash"),
            new Kind("hr:{q}:running:n", "hash"),
            new Kind("hr:{q}:running:l", "hash"),
            new Kind("hr:{q}:leases", "hash"),
            new Kind("hr:{q}:scheduled", "zset"),
            new Kind("hr:{q}:retrying", "zset"),
            new Kind("hr:{q}:parked", "zset"),
            new Kind("hr:{q}:dead", "zset"),
            new Kind("hr:{q}:job:<id>", "string"),
            new Kind("hr:{q}:entry:<id>", "string"),
            new Kind("hr:{q}:finished:<bucket>", "hash"),
            new Kind("hr:{q}:finished", "zset"),
            new Kind("hr:{q}:late", "zset"),
            new Kind("hr:{q}:ended", "zset"),
            new Kind("hr:{q}:kept", "hash"),
            new Kind("hr:{q}:awaited", "zset"),
            new Kind("hr:{q}:cancelled", "set"),
            new Kind("hr:{q}:cancelling", "set"),
            new Kind("hr:{q}:wake", "list"),
            new Kind("hr:{q}:settings", "hash"),
            new Kind("hr:{q}:sequence", "string"),
            new Kind("hr:{q}:fence", "string"),
            new Kind("hr:{q}:unique:<key>", "string"),
            new Kind("hr:{q}:idem:<key>", "string"),
            new Kind("hr:{q}:progress:<id>", "string"),
            new Kind("hr:{q}:log:<id>", "stream"),
            new Kind("hr:{q}:logs", "zset"),
            new Kind("hr:{q}:log_bytes", "hash"),
            new Kind("hr:{q}:deleting", "string"),
            new Kind("hr:{q}:watched", "string"),
            new Kind("hr:{q}:totals", "hash"),
            new Kind("hr:{q}:stats:<minute>", "hash"),
            new Kind("hr:{q}:changed", "channel"),
            new Kind("hr:{q}:cancel", "channel"),
            new Kind("hr:queues", "set"),
            new Kind("hr:workers", "set"),
            new Kind("hr:worker:<id>", "string"),
            new Kind("hr:keys", "hash"),
            new Kind("hr:session:<digest>", "string"),
            new Kind("hr:ticket:<digest>", "string"),
            new Kind("hr:audit", "stream"),
            new Kind("hr:wish:<id>", "string"),
            new Kind("hr:wished:<id>", "channel"),
            new Kind("hr:silence", "channel"),
            new Kind("hr:rights", "string"));

    /** The keys that a queue has one of each. */
    public static final List<Kind> STRUCTURES = ALL.stream().filter(Kind::structure).toList();

    private final String prefix;
    private final int database;

    public RedisKeys(RedisConfig config) {
        this.prefix = config.prefix();
        this.database = config.database();
    }

    /**
     * What the names of channels start with that belong to what lies behind a base: Redis tells the keys of its
     * databases apart, but not their channels. In database 0 the base itself.
     */
    static byte[] channels(byte[] base, int database) {
        return database == 0 ? base : bytes(new String(base, StandardCharsets.UTF_8) + database + ':');
    }

    private String channel(String base, String name) {
        return new String(channels(bytes(base), database), StandardCharsets.UTF_8) + name;
    }

    /** What every key of the queue starts with. */
    public String base(QueueName queue) {
        return prefix + '{' + queue.value() + "}:";
    }

    /** stream: entries in line or running, of one priority. */
    public byte[] ready(QueueName queue, Priority priority) {
        return bytes(base(queue) + "ready:" + priority.code());
    }

    /** list: tokens, each of which wakes one idle worker. */
    public byte[] wake(QueueName queue) {
        return bytes(base(queue) + "wake");
    }

    /** hash: what an operator has set. */
    public byte[] settings(QueueName queue) {
        return bytes(base(queue) + "settings");
    }

    /** string: there while the queue is being deleted. */
    public byte[] deleting(QueueName queue) {
        return bytes(base(queue) + "deleting");
    }

    /** hash: for how long each worker leases jobs. */
    public byte[] leases(QueueName queue) {
        return bytes(base(queue) + "leases");
    }

    /** zset: ids at rest or dead, or buckets of finished jobs. */
    public byte[] index(QueueName queue, String name) {
        return bytes(base(queue) + name);
    }

    /** set: jobs cancelled in line. */
    public byte[] cancelled(QueueName queue) {
        return bytes(base(queue) + "cancelled");
    }

    /** string: the document of a job at rest. */
    public byte[] job(QueueName queue, String id) {
        return bytes(base(queue) + "job:" + id);
    }

    /** hash: finished documents by id, of a tenth of a second of id time. */
    public byte[] finished(QueueName queue, String bucket) {
        return bytes(base(queue) + "finished:" + bucket);
    }

    /** stream: lines that a handler wrote. */
    public byte[] log(QueueName queue, String id) {
        return bytes(base(queue) + "log:" + id);
    }

    /** hash: counters of one minute, counted from the epoch. */
    public byte[] stats(QueueName queue, long minute) {
        return bytes(base(queue) + "stats:" + minute);
    }

    /** channel: ids of jobs that changed. */
    public String changed(QueueName queue) {
        return channel(base(queue), "changed");
    }

    /** channel: ids of running jobs whose cancellation was asked for. */
    public String cancel(QueueName queue) {
        return channel(base(queue), "cancel");
    }

    /** set: names of all queues. */
    public byte[] queues() {
        return bytes(prefix + "queues");
    }

    /** set: ids of all workers. */
    public byte[] workers() {
        return bytes(prefix + "workers");
    }

    /** string: what a worker says about itself; expires when it falls silent. */
    public byte[] worker(String id) {
        return bytes(prefix + "worker:" + id);
    }

    public byte[] worker(WorkerId id) {
        return worker(id.value());
    }

    /** hash: who may do what, by the name of the key to the API. */
    public byte[] accessKeys() {
        return bytes(prefix + "keys");
    }

    /** string: what proves the session whose secret has this digest; expires with it. */
    public byte[] session(String digest) {
        return bytes(prefix + "session:" + digest);
    }

    /** string: what proves the ticket whose secret has this digest; gone once used. */
    public byte[] ticket(String digest) {
        return bytes(prefix + "ticket:" + digest);
    }

    /** stream: what operators did, the newest. */
    public byte[] audit() {
        return bytes(prefix + "audit");
    }

    /** string: what an operator last wished of a worker. */
    public byte[] wish(WorkerId id) {
        return bytes(prefix + "wish:" + id.value());
    }

    /** channel: something was wished of a worker. */
    public String wished(WorkerId id) {
        return channel(prefix + "wished:", id.value());
    }

    /** channel: nothing is ever said there; it keeps a connection listening. */
    public String silence() {
        return channel(prefix, "silence");
    }

    /** string: there while a script finds out what its user may do. */
    byte[] rights() {
        return bytes(prefix + "rights");
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    public static byte[] bytes(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }
}
