package io.headrace.redis;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.WorkerId;
import io.headrace.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import redis.clients.jedis.Protocol.Command;

/** Which queues and workers there are. A worker is there as long as its key has not expired. */
final class Registry {
    /** A worker is put on the list with its first heartbeat and with every sixth, in case somebody emptied Redis. */
    private static final int ENLIST_EVERY = 6;

    private final Link link;
    /** How many heartbeats each worker of this process has sent. */
    private final Map<WorkerId, Integer> beats = new ConcurrentHashMap<>();
    private final RedisKeys keys;
    private final Claims claims;

    Registry(Link link, RedisKeys keys, Claims claims) {
        this.link = link;
        this.keys = keys;
        this.claims = claims;
    }

    void heartbeat(WorkerInfo worker, Duration lifetime) {
        byte[] key = keys.worker(worker.id());
        link.ask(key, new Link.Request(Command.SET, key, write(worker).bytes(), RedisKeys.bytes("PX"),
                RedisKeys.bytes(lifetime.toMillis())));
        int beat = beats.merge(worker.id(), 1, Integer::sum);
        if (beat % ENLIST_EVERY == 1) {
            link.ask(keys.workers(),
                    new Link.Request(Command.SADD, keys.workers(), RedisKeys.bytes(worker.id().value())));
        }
    }

    void retire(WorkerId worker) {
        beats.remove(worker);
        byte[] key = keys.worker(worker);
        link.ask(key, new Link.Request(Command.DEL, key));
        link.ask(keys.workers(), new Link.Request(Command.SREM, keys.workers(), RedisKeys.bytes(worker.value())));
    }

    List<QueueName> queues() {
        Object members = link.ask(keys.queues(), new Link.Request(Command.SMEMBERS, keys.queues()));
        return Replies.texts(members).stream().map(QueueName::new).sorted().toList();
    }

    /** Live workers, oldest first. Those that died are forgotten on the way, once nothing is leased to them any more. */
    List<WorkerInfo> workers() {
        List<WorkerInfo> live = new ArrayList<>();
        List<String> dead = new ArrayList<>();
        for (String id : Replies.texts(link.ask(keys.workers(), new Link.Request(Command.SMEMBERS, keys.workers())))) {
            byte[] key = keys.worker(id);
            if (link.ask(key, new Link.Request(Command.GET, key)) instanceof byte[] json) {
                live.add(read(new WorkerId(id), Json.trusted(json).as(JsonNode.class)));
            } else {
                dead.add(id);
            }
        }
        if (!dead.isEmpty()) {
            forget(dead);
        }
        live.sort(Comparator.comparing(WorkerInfo::startedAt).thenComparing(worker -> worker.id().value()));
        return live;
    }

    private void forget(List<String> dead) {
        List<QueueName> queues = queues();
        for (String id : dead) {
            boolean gone = true;
            for (QueueName queue : queues) {
                gone &= claims.forget(queue, id);
            }
            if (gone) {
                link.ask(keys.workers(), new Link.Request(Command.SREM, keys.workers(), RedisKeys.bytes(id)));
            }
        }
    }

    private static Json write(WorkerInfo worker) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("host", worker.host()).put("pid", worker.pid()).put("startedMs", worker.startedAt().toEpochMilli())
                .put("slots", worker.slots()).put("busy", worker.busy()).put("leaseMs", worker.lease().toMillis())
                .put("state", worker.state()).put("version", worker.version());
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
