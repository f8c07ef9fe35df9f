package io.headrace.redis.operator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headrace.InvalidInput;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore;
import io.headrace.access.AuditEntry;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.UnreadableValues;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** Who may do what, in Redis. */
public final class RedisAccess implements AccessStore {
    /** When it expires and when it was made, then JSON: scripts read the first number only. */
    private static final Pattern KEPT = Pattern.compile("([0-9]{1,15}) ([0-9]{1,15}) (.*)", Pattern.DOTALL);

    private final Redis redis;
    private final RedisKeys keys;
    private final UnreadableValues unreadable;
    private final AuditLog audit;

    public RedisAccess(Redis redis, RedisKeys keys, UnreadableValues unreadable) {
        this.redis = redis;
        this.keys = keys;
        this.unreadable = unreadable;
        this.audit = new AuditLog(redis, keys, unreadable);
    }

    @Override
    public List<AccessKey> keys() {
        byte[] key = keys.accessKeys();
        List<Object> answers = redis.exchange(key,
                List.of(new Request(Command.TIME), new Request(Command.HGETALL, key)));
        List<Object> time = Replies.list(Redis.checked(answers.get(0)));
        Instant now = Instant.ofEpochSecond(Replies.number(time.get(0)), Replies.number(time.get(1)) * 1_000);
        List<AccessKey> live = new ArrayList<>();
        Replies.map(Redis.checked(answers.get(1))).forEach((name, kept) -> read(name, kept)
                .filter(one -> one.expiresAt() == null || now.isBefore(one.expiresAt())).ifPresent(live::add));
        live.sort(Comparator.comparing(AccessKey::name));
        return live;
    }

    /** What cannot be read opens nothing. */
    private Optional<AccessKey> read(String name, String kept) {
        try {
            Matcher parts = KEPT.matcher(kept);
            if (parts.matches()) {
                JsonNode json = Json.parse(parts.group(3)).as(JsonNode.class);
                long expires = Long.parseLong(parts.group(1));
                return Role.ofLabel(json.path("role").asText())
                        .map(role -> new AccessKey(name, Digest.ofHex(json.path("sha256").asText()), role, scope(json),
                                Instant.ofEpochMilli(Long.parseLong(parts.group(2))),
                                expires == 0 ? null : Instant.ofEpochMilli(expires)));
            }
        } catch (InvalidInput e) {
            // told below, like what has another shape
        }
        unreadable.passedOver(keys.accessKeys(), name, "it is no key to the API");
        return Optional.empty();
    }

    /** Fails rather than to open more than was meant: only a member that is not there at all means every queue. */
    private static Scope scope(JsonNode json) {
        if (!json.has("queues")) {
            return Scope.ALL;
        }
        return Scope.of(StreamSupport.stream(json.path("queues").spliterator(), false)
                .map(queue -> new QueueName(queue.asText())).toList());
    }

    @Override
    public Optional<AccessKey> create(String name, Digest digest, Role role, Scope scope, @Nullable Duration lifetime) {
        AccessKey valid = new AccessKey(name, digest, role, scope, null, null);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("sha256", digest.hex()).put("role", role.label());
        scope.queues().ifPresent(queues -> queues.forEach(queue -> json.withArray("queues").add(queue.value())));
        List<Object> answer = Replies.list(redis.run(Script.KEEP_KEY, keys.accessKeys(),
                List.of(RedisKeys.bytes(valid.name()), RedisKeys.bytes(lifetime == null ? 0 : lifetime.toMillis()),
                        Json.of(json).bytes(), RedisKeys.bytes(MAX_KEYS))));
        return switch (Replies.text(answer.get(0))) {
            case "CREATED" -> {
                Instant now = Instant.ofEpochMilli(Replies.number(answer.get(1)));
                yield Optional.of(new AccessKey(name, digest, role, scope, now,
                        lifetime == null ? null : now.plusMillis(lifetime.toMillis())));
            }
            case "TAKEN" -> Optional.empty();
            default -> throw new InvalidInput("name",
                    "is one too many: " + MAX_KEYS + " keys are kept; revoke one first");
        };
    }

    @Override
    public boolean revoke(String name) {
        boolean live = keys().stream().anyMatch(key -> key.name().equals(name));
        byte[] key = keys.accessKeys();
        redis.ask(key, new Request(Command.HDEL, key, RedisKeys.bytes(name)));
        return live;
    }

    @Override
    public void issue(Kind kind, Digest secret, Pass pass, Duration lifetime) {
        byte[] key = key(kind, secret);
        redis.ask(key, Request.urgent(Command.SET, key, RedisKeys.bytes(pass.proof().hex() + " " + pass.key()),
                RedisKeys.bytes("PX"), RedisKeys.bytes(lifetime.toMillis())));
    }

    @Override
    public Optional<Pass> session(Digest secret) {
        byte[] key = key(Kind.SESSION, secret);
        return pass(redis.ask(key, new Request(Command.GET, key)));
    }

    /** Never sent twice: the second would find that the first has taken it. */
    @Override
    public Optional<Pass> redeem(Digest secret) {
        byte[] key = key(Kind.TICKET, secret);
        return pass(redis.call(key, new Request(Command.GETDEL, key)));
    }

    @Override
    public void end(Digest secret) {
        byte[] key = key(Kind.SESSION, secret);
        redis.ask(key, new Request(Command.DEL, key));
    }

    private byte[] key(Kind kind, Digest secret) {
        return kind == Kind.SESSION ? keys.session(secret.hex()) : keys.ticket(secret.hex());
    }

    private static Optional<Pass> pass(Object reply) {
        String[] parts = Replies.text(reply).split(" ", 2);
        try {
            return parts.length == 2 ? Optional.of(new Pass(parts[1], Digest.ofHex(parts[0]))) : Optional.empty();
        } catch (InvalidInput e) {
            return Optional.empty(); // what is no proof proves nothing
        }
    }

    @Override
    public void record(AuditEntry entry) {
        audit.record(entry);
    }

    @Override
    public AuditPage audit(AuditQuery query) {
        return audit.page(query);
    }
}
