package io.headrace.redis.doctor;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.format.ByteSize;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.DurabilityWait;
import io.headrace.redis.connection.MissingRights;
import io.headrace.redis.connection.Nodes;
import io.headrace.redis.connection.Nodes.Node;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.ServerInfo;
import io.headrace.redis.doctor.Finding.Level;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import redis.clients.jedis.Protocol.Command;

/** Checks whether the servers of a deployment are fit to keep jobs. */
final class ServerCheck {
    private static final byte[] ANY = {'s'};
    private static final int PINGS = 50;
    private static final int WARM_UP = 5;

    /** What is worth a warning; each an order above what a healthy Redis shows. */
    private static final double SLOW_MEDIAN_MS = 5;
    private static final double SLOW_WORST_MS = 250;
    private static final long REPLICA_LAG_S = 10;
    private static final long OFF_MACHINE_MS = 5_000;
    private static final long APART_WARNING_MS = 1_000;
    private static final long APART_PROBLEM_MS = 10_000;
    private static final double MEMORY_WARNING = 0.8;

    private final RedisConfig config;
    private final Redis redis;
    private final Nodes nodes;
    /** A key that the user of Redis may ask about. */
    private final byte[] own;

    ServerCheck(RedisConfig config, Redis redis, Nodes nodes) {
        this.config = config;
        this.redis = redis;
        this.nodes = nodes;
        this.own = new RedisKeys(config).queues();
    }

    List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        findings.addAll(onEach(ServerCheck::version));
        rights(findings);
        findings.addAll(onEach(ServerCheck::logging));
        findings.addAll(onEach(ServerCheck::logHealth));
        findings.addAll(onEach(ServerCheck::policy));
        findings.addAll(onEach(ServerCheck::memory));
        findings.addAll(onEach(ServerCheck::latency));
        findings.addAll(onEach(ServerCheck::replication));
        clocks(findings);
        nodes.absent().forEach(node -> findings.add(new Finding(node.master() ? Level.PROBLEM : Level.WARNING, "nodes",
                null, node.name() + " is not there: " + node.why(), "start it, or let this machine reach it", 1,
                List.of(), null)));
        if (config.kind() == RedisConfig.Kind.CLUSTER) {
            findings.add(cluster());
        }
        if (!nodes.masters().isEmpty()) {
            findings.add(durability());
        }
        return findings;
    }

    /** One finding when all masters say the same, else one for each that differs, with its name. */
    private List<Finding> onEach(Function<Node, Finding> check) {
        List<Node> masters = nodes.masters();
        List<Finding> all = masters.stream().map(check).toList();
        if (all.stream().distinct().count() <= 1) {
            return all.stream().limit(1).filter(finding -> !finding.found().isEmpty()).toList();
        }
        List<Finding> named = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            Finding it = all.get(i);
            if (!it.found().isEmpty()) {
                named.add(new Finding(it.level(), it.check(), null, masters.get(i).name() + ": " + it.found(),
                        it.advice(), 1, List.of(), null));
            }
        }
        return named;
    }

    private void rights(List<Finding> findings) {
        List<String> missing;
        try {
            missing = MissingRights.missing(redis, config);
        } catch (BrokerUnavailable e) {
            return; // its version or its role forbids scripts, which is told
        }
        findings.add(missing.isEmpty() ? Finding.ok("rights", "this user may do what Headrace needs")
                : Finding.problem("rights",
                        "this user may not do all that Headrace needs: " + String.join(" ", missing),
                        "ACL SETUSER " + (config.user() == null ? "default" : config.user()) + " '"
                                + String.join("' '", missing) + "', and in the file of users"));
    }

    private static Finding version(Node node) {
        String valkey = node.info().text("valkey_version");
        String name = valkey.isEmpty() ? "Redis " + node.info().text("redis_version") : "Valkey " + valkey;
        return node.info().tooOld()
                ? Finding.problem("version", name + " is too old",
                        "api and worker refuse it; 7.0 or later is needed, 7.2 or Valkey recommended")
                : Finding.ok("version", name);
    }

    private static Finding logging(Node node) {
        if (node.info().withoutAppendOnlyFile()) {
            boolean copied = node.info().replicas().stream().anyMatch(ServerInfo.Replica::online);
            String advice = "CONFIG SET appendonly yes, and 'appendonly yes' in redis.conf";
            return copied
                    ? Finding.warning("aof", "the append-only file is off: if all nodes lose power, all jobs are lost",
                            advice)
                    : Finding.problem("aof", "the append-only file is off: a crash of Redis loses jobs", advice);
        }
        Optional<String> fsync = appendfsync(node.redis());
        if (fsync.isEmpty()) {
            return Finding.ok("aof", "on; how often it is flushed, CONFIG may not be asked");
        }
        return switch (fsync.get()) {
            case "always" -> Finding.ok("aof", "on, flushed with every write");
            case "everysec" ->
                Finding.ok("aof", "on, flushed every second: a power failure loses 1 to 2 s");
            default -> Finding.warning("aof",
                    "on, never flushed: a power failure can lose half a minute",
                    "CONFIG SET appendfsync everysec, and in redis.conf");
        };
    }

    /** Empty when this user may not ask. */
    private static Optional<String> appendfsync(Redis redis) {
        Object answer = redis.exchange(ANY,
                List.of(Request.of(Command.CONFIG, "GET", "appendfsync")))
                .get(0);
        return Optional.ofNullable(Replies.map(answer).get("appendfsync"));
    }

    private static Finding logHealth(Node node) {
        ServerInfo info = node.info();
        if (!info.withoutAppendOnlyFile() && !info.text("aof_last_write_status").equals("ok")) {
            return Finding.problem("aof-write", "the last write to the append-only file failed",
                    "Redis refuses submissions until it succeeds; look at the disk of Redis and its log");
        }
        if (!info.withoutAppendOnlyFile() && !info.text("aof_last_bgrewrite_status").equals("ok")) {
            return Finding.warning("aof-write", "the last rewrite of the append-only file failed",
                    "the file grows until one succeeds; look at disk and memory of Redis and at its log");
        }
        if (!info.text("rdb_last_bgsave_status").equals("ok")) {
            return Finding.warning("aof-write", "the last snapshot failed",
                    "Redis may refuse writes until one succeeds; look at its disk and log, or set save \"\"");
        }
        return info.withoutAppendOnlyFile() ? Finding.ok("aof-write", "")
                : Finding.ok("aof-write", "last write and last rewrite went well");
    }

    private static Finding policy(Node node) {
        String policy = node.info().text("maxmemory_policy");
        return policy.equals("noeviction") || policy.isEmpty()
                ? Finding.ok("eviction", "noeviction: a full Redis drops no jobs")
                : Finding.problem("eviction", "maxmemory-policy is " + policy + ": a full Redis would drop jobs",
                        "CONFIG SET maxmemory-policy noeviction, and in redis.conf; api and worker refuse it as it is");
    }

    private static Finding memory(Node node) {
        long used = node.info().number("used_memory");
        long max = node.info().number("maxmemory");
        if (max == 0) {
            long machine = node.info().number("total_system_memory");
            String found = ByteSize.format(used) + " used, no limit set"
                    + (machine > 0 ? ", the machine has " + ByteSize.format(machine) : "");
            return machine > 0 && used > machine / 2
                    ? Finding.warning("memory", found,
                            "when the machine is full its kernel ends Redis: set maxmemory,"
                                    + " submissions are then refused")
                    : Finding.ok("memory", found);
        }
        String found = ByteSize.format(used) + " of " + ByteSize.format(max) + " used, " + 100 * used / max + " %";
        if (used >= max) {
            return Finding.problem("memory", found,
                    "submissions are refused: raise maxmemory, or let workers catch up");
        }
        return used >= MEMORY_WARNING * max
                ? Finding.warning("memory", found, "raise maxmemory, or let workers catch up")
                : Finding.ok("memory", found);
    }

    private static Finding latency(Node node) {
        double[] ms = new double[PINGS];
        for (int i = -WARM_UP; i < PINGS; i++) {
            long start = System.nanoTime();
            node.redis().call(ANY, new Request(Command.PING));
            if (i >= 0) {
                ms[i] = (System.nanoTime() - start) / 1e6;
            }
        }
        Arrays.sort(ms);
        double median = ms[PINGS / 2];
        double worst = ms[PINGS - 1];
        String found = String.format(Locale.ROOT, "PING takes %.2f ms (median of %d), %.2f ms at worst", median, PINGS,
                worst);
        return median > SLOW_MEDIAN_MS || worst > SLOW_WORST_MS
                ? Finding.warning("latency", found,
                        "run api and worker near Redis; look for slow commands, swapping, a busy machine")
                : Finding.ok("latency", found);
    }

    private static Finding replication(Node node) {
        if (node.info().text("role").equals("slave")) {
            return Finding.problem("replication", "this is a replica: it takes no jobs",
                    "use the address of its master, or redis-sentinel://");
        }
        List<ServerInfo.Replica> replicas = node.info().replicas();
        List<String> bad = replicas.stream()
                .filter(replica -> !replica.online() || replica.lagSeconds() > REPLICA_LAG_S)
                .map(replica -> replica.address()
                        + (replica.online() ? " has been silent for " + replica.lagSeconds() + " s" : " is not online"))
                .toList();
        if (!bad.isEmpty()) {
            return Finding.warning("replication", "replica " + String.join(", replica ", bad),
                    "a failover to it would lose jobs; look at its log");
        }
        if (replicas.isEmpty()) {
            return Finding.ok("replication", "a master without replicas");
        }
        long behind = replicas.stream().mapToLong(ServerInfo.Replica::behindBytes).max().orElse(0);
        return Finding.ok("replication", "a master with " + replicas.size()
                + (replicas.size() == 1 ? " replica online, " : " replicas online, ") + behind
                + " bytes behind at most");
    }

    /** Redis's clock decides what is due; this machine's only shows in what its people compare. */
    private void clocks(List<Finding> findings) {
        List<Long> offsets = nodes.all().stream().map(node -> offsetMs(node.redis())).toList();
        if (offsets.isEmpty()) {
            return;
        }
        long off = offsets.get(0);
        findings.add(Math.abs(off) > OFF_MACHINE_MS
                ? Finding.warning("clock", String.format(Locale.ROOT, "the clock of Redis is %.1f s %s this machine's",
                        Math.abs(off) / 1e3, off > 0 ? "ahead of" : "behind"),
                        "jobs follow the clock of Redis; keep both right with NTP")
                : Finding.ok("clock", "within " + Math.max(1, Math.abs(off)) + " ms of this machine's"));
        if (offsets.size() > 1) {
            long apart = offsets.stream().mapToLong(ms -> ms).max().orElse(0)
                    - offsets.stream().mapToLong(ms -> ms).min().orElse(0);
            String found = "the clocks of " + offsets.size() + " nodes are within " + Math.max(1, apart) + " ms";
            Level level = apart > APART_PROBLEM_MS ? Level.PROBLEM
                    : apart > APART_WARNING_MS ? Level.WARNING : Level.OK;
            findings.add(new Finding(level, "clock", null, found,
                    level == Level.OK ? ""
                            : "due times and leases jump by as much at a failover; keep them right with NTP",
                    1, List.of(), null));
        }
    }

    private static long offsetMs(Redis redis) {
        long before = System.currentTimeMillis();
        List<Object> time = Replies.list(redis.ask(ANY, new Request(Command.TIME)));
        long after = System.currentTimeMillis();
        return Replies.number(time.get(0)) * 1_000 + Replies.number(time.get(1)) / 1_000 - (before + after) / 2;
    }

    private Finding cluster() {
        Map<String, String> info = new java.util.HashMap<>();
        Replies.text(redis.ask(ANY, Request.of(Command.CLUSTER, "INFO"))).lines()
                .map(line -> line.strip().split(":", 2)).filter(pair -> pair.length == 2)
                .forEach(pair -> info.put(pair[0], pair[1]));
        String state = info.getOrDefault("cluster_state", "unknown");
        String slots = info.getOrDefault("cluster_slots_ok", "0");
        String found = "state " + state + ", " + slots + " of 16384 slots served by "
                + info.getOrDefault("cluster_size", "?") + " masters";
        return state.equals("ok") && slots.equals("16384") ? Finding.ok("cluster", found)
                : Finding.problem("cluster", found,
                        "queues whose slot is not served stand still: redis-cli --cluster check, then fix");
    }

    /** No judgement: it depends on what is asked for. */
    private Finding durability() {
        List<String> possible = new ArrayList<>(List.of("memory"));
        List<String> lacking = new ArrayList<>();
        nodes.masters().stream().map(node -> lack(node, Durability.FSYNC)).flatMap(Optional::stream).findFirst()
                .ifPresentOrElse(lacking::add, () -> possible.add("fsync"));
        int replicas = nodes.masters().stream().mapToInt(node -> node.info().onlineReplicas()).min().orElse(0);
        if (replicas > 0) {
            possible.add(replicas == 1 ? "replicated:1" : "replicated:1 to replicated:" + replicas);
        } else {
            lacking.add("replicated:1 cannot be given: no replica is online");
        }
        return new Finding(Level.OK, "durability", null, "possible: " + String.join(", ", possible), "", 1, lacking,
                null);
    }

    private Optional<String> lack(Node node, Durability durability) {
        try {
            new DurabilityWait(node.redis(), System::nanoTime).confirmation(durability, own);
            return Optional.empty();
        } catch (DurabilityUnavailable e) {
            return Optional.of(String.valueOf(e.getMessage()).replace("durability ", ""));
        }
    }
}
