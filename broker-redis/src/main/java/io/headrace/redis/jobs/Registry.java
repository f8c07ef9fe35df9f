package io.headrace.redis.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headrace.DataDamaged;
import io.headrace.HeadraceException;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.broker.Steer;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.Workers;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.UnreadableValues;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** Which queues and workers there are. A worker is there as long as its key has not expired. */
public final class Registry implements Workers {
    /** Longer than a worker lives without a heartbeat. */
    private static final Duration WISH_LIFETIME = Duration.ofMinutes(10);

    /** So many heartbeats are fetched in one round trip. */
    private static final int BATCH = 500;

    private final Redis redis;
    /** The last wish that each worker of this process was told. */
    private final Map<WorkerId, String> wishes = new ConcurrentHashMap<>();
    private final RedisKeys keys;
    private final UnreadableValues unreadable;

    public Registry(Redis redis, RedisKeys keys, UnreadableValues unreadable) {
        this.redis = redis;
        this.unreadable = unreadable;
        this.keys = keys;
    }

    /** Puts the worker on the list each time: somebody may have emptied Redis, or taken it off while it stood still. */
    public Optional<Steer> heartbeat(WorkerInfo worker, Duration lifetime) {
        byte[] key = keys.worker(worker.id());
        byte[] wish = keys.wish(worker.id());
        List<Object> answers = redis.askEach(
                List.of(Request.urgent(Command.SET, key, write(worker, lifetime).bytes(), "PX",
                        lifetime.toMillis()),
                        Request.urgent(Command.SADD, keys.workers(), worker.id().value()),
                        new Request(Command.GET, wish)),
                BATCH);
        Redis.checked(answers.get(0));
        if (!(answers.get(1) instanceof DataDamaged)) { // which is told in the log, and no reason to miss a wish
            Redis.checked(answers.get(1));
        }
        return news(worker.id(), Replies.text(Redis.checked(answers.get(2))));
    }

    /** A wish is {@code <word> <time>}; one that was told before is old news. */
    private Optional<Steer> news(WorkerId worker, String text) {
        if (text.isEmpty() || text.equals(wishes.put(worker, text))) {
            return Optional.empty();
        }
        return Steer.ofLabel(text.split(" ", 2)[0]);
    }

    /** Leaves the wish where the worker's heartbeat finds it, and says so. */
    @Override
    public boolean steer(WorkerId worker, Steer wish) {
        byte[] heartbeat = keys.worker(worker);
        List<Object> seen = redis.askAll(heartbeat, List.of(new Request(Command.EXISTS, heartbeat),
                new Request(Command.TIME)));
        if (Replies.number(Redis.checked(seen.get(0))) == 0) {
            return false;
        }
        List<String> time = Replies.texts(Redis.checked(seen.get(1)));
        byte[] key = keys.wish(worker);
        String text = wish.label() + " " + time.get(0) + "." + time.get(1);
        redis.ask(key, Request.urgent(Command.SET, key, text, "PX",
                WISH_LIFETIME.toMillis()));
        byte[] channel = RedisKeys.bytes(keys.wished(worker));
        redis.ask(channel, Request.of(Command.PUBLISH, channel, wish.label()));
        return true;
    }

    /** Takes a worker off the list of the living. */
    public void retire(WorkerId worker) {
        wishes.remove(worker);
        byte[] key = keys.worker(worker);
        redis.ask(key, new Request(Command.DEL, key));
        byte[] wish = keys.wish(worker);
        redis.ask(wish, new Request(Command.DEL, wish));
        redis.ask(keys.workers(), Request.of(Command.SREM, keys.workers(), worker.value()));
    }

    public List<QueueName> queues() {
        List<QueueName> queues = new ArrayList<>();
        for (String name : members(keys.queues())) {
            try {
                queues.add(new QueueName(name));
            } catch (InvalidInput e) {
                unreadable.passedOver(keys.queues(), name, "it is no name of a queue");
            }
        }
        Collections.sort(queues);
        return queues;
    }

    private List<String> members(byte[] set) {
        return Replies.texts(redis.ask(set, new Request(Command.SMEMBERS, set)));
    }

    /** Live workers, oldest first. Those that died are passed over; {@link Housekeeping} takes them off the list. */
    @Override
    public List<WorkerInfo> live() {
        List<Object> listed = redis.askAll(keys.workers(),
                List.of(new Request(Command.SMEMBERS, keys.workers()), new Request(Command.TIME)));
        List<String> ids = Replies.texts(Redis.checked(listed.get(0)));
        Instant now = Replies.instant(Redis.checked(listed.get(1)));
        List<WorkerInfo> live = new ArrayList<>();
        heartbeats(ids).forEach((id, heartbeat) -> {
            if (heartbeat.text() instanceof byte[] json) {
                read(id, json, now, heartbeat.leftMs()).ifPresent(live::add);
            } else if (heartbeat.text() instanceof HeadraceException e) {
                unreadable.passedOver(keys.worker(id), "", String.valueOf(e.getMessage()));
            }
        });
        live.sort(Comparator.comparing(WorkerInfo::startedAt).thenComparing(worker -> worker.id().value()));
        return live;
    }

    /**
     * What Redis answers for a worker.
     *
     * @param text JSON, null, or that the key has a wrong type
     * @param leftMs until it is forgotten, below 0 when it is, or never will be
     */
    private record Heartbeat(@Nullable Object text, long leftMs) {}

    private Map<String, Heartbeat> heartbeats(List<String> ids) {
        List<Object> answers = redis.askEach(ids.stream().map(keys::worker)
                .flatMap(key -> Stream.of(new Request(Command.GET, key),
                        new Request(Command.PTTL, key)))
                .toList(),
                BATCH);
        Map<String, Heartbeat> all = new LinkedHashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            Object text = answers.get(2 * i);
            if (!(text instanceof DataDamaged) && Redis.failure(text) != null) {
                throw Objects.requireNonNull(Redis.failure(text));
            }
            all.put(ids.get(i), new Heartbeat(text, Replies.number(Redis.checked(answers.get(2 * i + 1)))));
        }
        return all;
    }

    private Optional<WorkerInfo> read(String id, byte[] json, Instant now, long leftMs) {
        try {
            JsonNode heartbeat = Json.trusted(json).as(JsonNode.class);
            if (heartbeat != null && heartbeat.isObject()) {
                WorkerInfo worker = read(new WorkerId(id), heartbeat);
                long lifetimeMs = heartbeat.path("lifetimeMs").asLong();
                // A worker of an earlier build does not say for how long it is remembered.
                return Optional.of(leftMs < 0 || lifetimeMs < leftMs ? worker
                        : worker.heardAt(now.minusMillis(lifetimeMs - leftMs)));
            }
        } catch (InvalidInput e) {
            // told below, like JSON that is no object
        }
        unreadable.passedOver(keys.worker(id), Replies.text(json), "it is no heartbeat");
        return Optional.empty();
    }

    /** Its age is what is missing from its lifetime: so it goes by the clock of Redis, and costs no further write. */
    private static Json write(WorkerInfo worker, Duration lifetime) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("host", worker.host()).put("pid", worker.pid()).put("startedMs", worker.startedAt().toEpochMilli())
                .put("slots", worker.slots()).put("busy", worker.busy()).put("leaseMs", worker.lease().toMillis())
                .put("state", worker.state()).put("version", worker.version()).put("lifetimeMs", lifetime.toMillis());
        ArrayNode queues = json.putArray("queues");
        worker.queues().forEach(queue -> queues.add(queue.value()));
        ArrayNode types = json.putArray("types");
        worker.types().forEach(type -> types.add(type.value()));
        ArrayNode running = json.putArray("running");
        worker.running()
                .forEach(job -> running.addObject().put("job", job.job().toString()).put("type", job.type().value())
                        .put("attempt", job.attempt()).put("sinceMs", job.since().toEpochMilli()));
        return Json.of(json);
    }

    private static WorkerInfo read(WorkerId id, JsonNode json) {
        return new WorkerInfo(id, json.path("host").asText(), json.path("pid").asLong(),
                Instant.ofEpochMilli(json.path("startedMs").asLong()),
                all(json.path("queues"), n -> new QueueName(n.asText())),
                all(json.path("types"), n -> new JobType(n.asText())), json.path("slots").asInt(),
                json.path("busy").asInt(),
                Duration.ofMillis(json.path("leaseMs").asLong()), json.path("state").asText(),
                json.path("version").asText(),
                all(json.path("running"), n -> new WorkerInfo.Running(JobId.parse(n.path("job").asText()),
                        new JobType(n.path("type").asText()), n.path("attempt").asInt(),
                        Instant.ofEpochMilli(n.path("sinceMs").asLong()))));
    }

    private static <T> List<T> all(JsonNode array, Function<JsonNode, T> read) {
        return StreamSupport.stream(array.spliterator(), false).map(read).toList();
    }
}
