package io.headrace.redis.operator;

import io.headrace.DataDamaged;
import io.headrace.InvalidInput;
import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.MinuteCounts;
import io.headrace.broker.Overview;
import io.headrace.broker.Overview.Memory;
import io.headrace.broker.QueueDeletion;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Queues;
import io.headrace.broker.SettingsChange;
import io.headrace.broker.WorkerInfo;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.ServerInfo;
import io.headrace.redis.jobs.Claims;
import io.headrace.redis.jobs.QueueCache;
import io.headrace.redis.jobs.Registry;
import io.headrace.redis.jobs.StoredSettings;
import io.headrace.redis.jobs.VerdictWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Looks at queues as wholes: what they hold, what happened lately, and on how much memory. What is changed about them
 * is done by {@link QueueSettingsStore}, {@link QueuePurger} and {@link QueueDeleter}. Thread-safe.
 */
public final class RedisQueues implements Queues {
    /** So many queues are looked at in one round trip. */
    private static final int BATCH = 50;
    /** So many minutes are fetched in one round trip: Redis serves others between two. */
    private static final int MINUTES = 120;
    private static final List<byte[]> RECENT = List.of(RedisKeys.bytes(QueueInfo.RECENT_MINUTES));

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final Registry registry;
    private final QueueSettingsStore settings;
    private final QueuePurger purger;
    private final QueueDeleter deleter;

    public RedisQueues(Redis redis, RedisKeys keys, QueueCache queues, Registry registry, Claims claims,
            VerdictWriter verdicts) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.registry = registry;
        this.settings = new QueueSettingsStore(redis, keys, queues);
        this.purger = new QueuePurger(redis, queues, claims, verdicts);
        this.deleter = new QueueDeleter(redis, keys, queues);
    }

    @Override
    public List<QueueName> names() {
        return registry.queues();
    }

    @Override
    public List<QueueInfo> infos(Collection<QueueName> names) {
        return names.isEmpty() ? List.of() : infos(List.copyOf(names), registry.live());
    }

    @Override
    public Optional<QueueInfo> info(QueueName queue) {
        return read(queue, redis.ask(Script.INSPECT, queues.base(queue), RECENT), registry.live());
    }

    @Override
    public Overview overview() {
        List<QueueName> names = registry.queues();
        List<WorkerInfo> workers = registry.live();
        List<QueueInfo> infos = infos(names, workers);
        Map<String, byte[]> servers = new LinkedHashMap<>();
        servers.put(redis.server(keys.queues()), keys.queues());
        names.forEach(name -> servers.putIfAbsent(redis.server(queues.base(name)), queues.base(name)));
        return new Overview(now(keys.queues()), infos, workers, fullest(servers.values()));
    }

    /** One damaged queue must not hide the others; the damage is in the log, and asking for this queue tells it. */
    private List<QueueInfo> infos(List<QueueName> names, List<WorkerInfo> workers) {
        List<Object> answers = redis.askEach(
                names.stream().map(name -> redis.script(Script.INSPECT, queues.base(name), RECENT)).toList(), BATCH);
        List<QueueInfo> all = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            if (!(answers.get(i) instanceof DataDamaged)) {
                read(names.get(i), Redis.checked(answers.get(i)), workers).ifPresent(all::add);
            }
        }
        all.sort(Comparator.comparing(QueueInfo::queue));
        return all;
    }

    private static Optional<QueueInfo> read(QueueName queue, Object answer, List<WorkerInfo> workers) {
        List<Object> reply = Replies.list(answer);
        if (Replies.number(reply.get(0)) == 0) {
            return Optional.empty();
        }
        Map<String, String> totals = Replies.map(reply.get(2));
        List<Object> resting = Replies.list(reply.get(4));
        long queued = -Replies.number(reply.get(5));
        long running = 0;
        long oldest = 0;
        Map<Priority, Long> priorities = new EnumMap<>(Priority.class);
        for (Object item : Replies.list(reply.get(6))) {
            List<Object> priority = Replies.list(item);
            long pending = Replies.number(priority.get(2));
            long released = Replies.number(priority.get(3));
            long line = Replies.number(priority.get(1)) - pending + released;
            priorities.put(Priority.ofCode(Replies.text(priority.get(0)).charAt(0)), line);
            queued += line;
            running += pending - released;
            oldest = Math.max(oldest, Replies.number(priority.get(4)));
        }
        Map<JobState, Long> counts = new EnumMap<>(JobState.class);
        counts.put(JobState.QUEUED, Math.max(0, queued));
        counts.put(JobState.RUNNING, running);
        counts.put(JobState.SCHEDULED, Replies.number(resting.get(0)));
        counts.put(JobState.RETRYING, Replies.number(resting.get(1)));
        counts.put(JobState.PARKED, Replies.number(resting.get(2)));
        counts.put(JobState.DEAD, Replies.number(resting.get(3)));
        Map<JobState, Long> ended = new EnumMap<>(JobState.class);
        for (JobState state : List.of(JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED, JobState.EXPIRED)) {
            ended.put(state, count(totals.get(state.label())));
        }
        long failures = count(totals.get("failed")) + count(totals.get("lost")) + count(totals.get("dead"));
        Map<String, String> settings = Replies.map(reply.get(1));
        int serving = (int) workers.stream().filter(worker -> worker.queues().contains(queue)).count();
        return Optional.of(new QueueInfo(queue, StoredSettings.paused(settings), counts, ended,
                failures, Math.max(0, Replies.number(reply.get(3))), Duration.ofMillis(oldest),
                Duration.ofMillis(Replies.number(reply.get(9))), priorities,
                minutes(Replies.number(reply.get(7)), Replies.list(reply.get(8))), serving,
                Instant.ofEpochMilli(count(settings.get("created_ms")))));
    }

    /** A counter as it is stored; the next event makes a number of one that is none. */
    private static long count(@Nullable String text) {
        return text == null ? 0 : Math.max(0, Replies.number(RedisKeys.bytes(text)));
    }

    @Override
    public List<MinuteCounts> history(QueueName queue, int minutes) {
        if (minutes < 1 || minutes > 1440) {
            throw new InvalidInput("minutes", "must be 1 to 1440, was " + minutes);
        }
        long newest = now(queues.base(queue)).getEpochSecond() / 60;
        List<Request> requests = new ArrayList<>();
        for (long minute = newest - minutes + 1; minute <= newest; minute++) {
            requests.add(new Request(Command.HGETALL, keys.stats(queue, minute)));
        }
        return minutes(newest, redis.askEach(requests, MINUTES).stream()
                .map(answer -> answer instanceof DataDamaged ? List.of() : Redis.checked(answer)).toList());
    }

    /** @param counters of each minute up to the newest, flat lists of names and values */
    private static List<MinuteCounts> minutes(long newest, List<Object> counters) {
        List<MinuteCounts> history = new ArrayList<>();
        for (int i = 0; i < counters.size(); i++) {
            Map<String, Long> counts = new HashMap<>();
            Replies.map(counters.get(i)).forEach((name, count) -> counts.put(name, count(count)));
            history.add(new MinuteCounts(Instant.ofEpochSecond((newest - counters.size() + 1 + i) * 60), counts));
        }
        return history;
    }

    @Override
    public long due(QueueName queue, Duration within) {
        long untilMs = now(queues.base(queue)).plus(within).toEpochMilli();
        List<Object> counts = redis.askAll(queues.base(queue),
                Stream.of(JobState.SCHEDULED, JobState.RETRYING).map(state -> new Request(Command.ZCOUNT,
                        keys.index(queue, state.label()), RedisKeys.bytes("-inf"), RedisKeys.bytes(untilMs)))
                        .toList());
        return counts.stream().mapToLong(count -> Replies.number(Redis.checked(count))).sum();
    }

    @Override
    public Instant time(QueueName queue) {
        return now(queues.base(queue));
    }

    /** The clock of the server that holds a key. */
    Instant now(byte[] key) {
        return Replies.instant(redis.ask(key, new Request(Command.TIME)));
    }

    /** The server that is nearest to its limit; the one that uses most where none has one. */
    private Memory fullest(Collection<byte[]> keys) {
        return keys.stream().map(this::memory).max(Comparator.comparingDouble(RedisQueues::share)
                .thenComparingLong(Memory::usedBytes)).orElseThrow();
    }

    private static double share(Memory memory) {
        return memory.maxBytes() == 0 ? 0 : (double) memory.usedBytes() / memory.maxBytes();
    }

    /** Of the server that holds a key. */
    private Memory memory(byte[] key) {
        ServerInfo info = ServerInfo.parse(Replies.text(
                redis.ask(key, new Request(Command.INFO, RedisKeys.bytes("memory")))));
        return new Memory(info.number("used_memory"), info.number("maxmemory"));
    }

    @Override
    public QueueSettings settings(QueueName queue) {
        return settings.read(queue);
    }

    @Override
    public QueueSettings change(QueueName queue, SettingsChange change) {
        return settings.change(queue, change);
    }

    @Override
    public void pause(QueueName queue) {
        settings.pause(queue);
    }

    @Override
    public void resume(QueueName queue) {
        settings.resume(queue);
    }

    @Override
    public long purge(QueueName queue, LongConsumer progress) {
        return purger.purge(queue, progress);
    }

    @Override
    public QueueDeletion delete(QueueName queue, boolean drop) {
        return deleter.delete(queue, drop);
    }
}
