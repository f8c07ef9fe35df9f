package io.headrace.redis.operator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.access.AccessStore;
import io.headrace.access.AccessStore.AuditPage;
import io.headrace.access.AccessStore.AuditQuery;
import io.headrace.access.AccessStore.Audited;
import io.headrace.access.AuditAction;
import io.headrace.access.AuditEntry;
import io.headrace.access.Role;
import io.headrace.format.JsonFormat;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.EntryIds;
import io.headrace.redis.jobs.ReadyEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** What operators did, as a capped stream. */
final class AuditLog {
    private static final Pattern ID = Pattern.compile("[0-9]{1,15}-[0-9]{1,15}");
    /** How many entries one look fetches, and one page looks at. */
    private static final int STEP = 500;
    private static final int MOST = 5_000;

    private final Redis redis;
    private final RedisKeys keys;
    private final UnreadableValues unreadable;

    AuditLog(Redis redis, RedisKeys keys, UnreadableValues unreadable) {
        this.redis = redis;
        this.keys = keys;
        this.unreadable = unreadable;
    }

    /** Never sent twice: it would be told twice. */
    void record(AuditEntry entry) {
        byte[] key = keys.audit();
        redis.call(key, redis.script(Script.RECORD, key,
                List.of(RedisKeys.bytes(AccessStore.MAX_ENTRIES), write(entry).bytes())));
    }

    private static Json write(AuditEntry entry) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("actor", entry.actor()).put("role", entry.role().label()).put("address", entry.address())
                .put("action", entry.action().label());
        put(json, "queue", entry.queue());
        put(json, "job", entry.job());
        put(json, "target", entry.target());
        if (entry.detail() != null) {
            json.putRawValue("detail", new RawValue(entry.detail().toString()));
        }
        if (entry.count() != null) {
            json.put("count", entry.count().longValue());
        }
        if (entry.more()) {
            json.put("more", true);
        }
        return Json.of(json);
    }

    private static void put(ObjectNode json, String name, @Nullable Object value) {
        if (value != null) {
            json.put(name, value.toString());
        }
    }

    AuditPage page(AuditQuery query) {
        String cursor = query.cursor();
        if (cursor != null && !ID.matcher(cursor).matches()) {
            throw new InvalidInput("cursor", "must come from an earlier page");
        }
        String end = cursor == null ? "+" : "(" + cursor;
        List<Audited> found = new ArrayList<>();
        for (int looked = 0; looked < MOST; looked += STEP) {
            List<Object> entries = before(end);
            for (Object item : entries) {
                List<Object> entry = Replies.list(item);
                String id = Replies.text(entry.get(0));
                Optional<Audited> read = read(id, Replies.map(entry.get(1)))
                        .filter(one -> query.matches(one.entry()));
                if (read.isPresent() && found.size() == query.limit()) {
                    return new AuditPage(found, Optional.of(found.get(found.size() - 1).id()));
                }
                read.ifPresent(found::add);
                end = "(" + id;
            }
            if (entries.size() < STEP) {
                return new AuditPage(found, Optional.empty());
            }
        }
        return new AuditPage(found, Optional.of(end.substring(1)));
    }

    private List<Object> before(String end) {
        byte[] key = keys.audit();
        return Replies.list(redis.ask(key, new Request(Command.XREVRANGE, key, RedisKeys.bytes(end),
                RedisKeys.bytes("-"), RedisKeys.bytes("COUNT"), RedisKeys.bytes(STEP))));
    }

    private Optional<Audited> read(String id, Map<String, String> fields) {
        try {
            JsonNode json = JsonFormat.mapper().readTree(fields.getOrDefault("entry", ""));
            Role role = Role.ofLabel(json.path("role").asText()).orElse(null);
            AuditAction action = AuditAction.ofLabel(json.path("action").asText()).orElse(null);
            if (role != null && action != null) {
                Instant said = ReadyEntry.time(fields.getOrDefault("at", ""));
                return Optional.of(new Audited(id, said == null ? Instant.ofEpochMilli(EntryIds.millis(id)) : said,
                        new AuditEntry(json.path("actor").asText(), role, json.path("address").asText(), action,
                                of(json, "queue", QueueName::new), of(json, "job", JobId::parse),
                                of(json, "target", Function.identity()),
                                json.has("detail") ? Json.of(json.path("detail")) : null,
                                json.has("count") ? json.path("count").asLong() : null,
                                json.path("more").asBoolean())));
            }
        } catch (JsonProcessingException | InvalidInput e) {
            // told below, like an entry of another shape
        }
        unreadable.passedOver(keys.audit(), id, "it is no entry of the audit log");
        return Optional.empty();
    }

    private static <T> @Nullable T of(JsonNode json, String name, Function<String, T> read) {
        return json.has(name) ? read.apply(json.path(name).asText()) : null;
    }
}
