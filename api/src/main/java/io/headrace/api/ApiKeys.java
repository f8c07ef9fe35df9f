package io.headrace.api;

import io.headrace.InvalidInput;
import io.headrace.QueueName;
import io.headrace.access.AccessKey;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The keys of the environment, which open the API whatever is stored elsewhere. Kept as digests only. Immutable. */
public final class ApiKeys {
    /** No keys: everybody who can connect is let in. */
    public static final ApiKeys NONE = new ApiKeys(Map.of(), true, List.of());

    private static final Pattern HASHED = Pattern.compile("sha256:(.*)");
    private static final Pattern ENTRY = Pattern.compile("(?:([^=:]*)=)?([a-z]+)(?:@([^:]*))?:(.*)");
    private static final Pattern NO_SECRET = Pattern
            .compile("(?:[^=:]*=)?(?:viewer|producer|operator|admin)(?:@[^:]*)?");

    private final Map<Digest, AccessKey> byDigest;
    private final boolean sendable;
    /** The numbers of entries that can be guessed. */
    private final List<Integer> weak;

    private ApiKeys(Map<Digest, AccessKey> byDigest, boolean sendable, List<Integer> weak) {
        this.byDigest = byDigest;
        this.sendable = sendable;
        this.weak = List.copyOf(weak);
    }

    /**
     * Reads entries separated by commas, each {@code [name=]role[@queue+queue]:secret} or a secret alone, which is an
     * admin's; {@code sha256:} and 64 digits stand for a secret that shall not be in the environment. Spaces around
     * entries and empty ones are left out.
     *
     * @throws InvalidInput when an entry is none of these, naming it by its number and never by its text
     */
    public static ApiKeys parse(String text) {
        Map<Digest, AccessKey> keys = new LinkedHashMap<>();
        List<String> names = new ArrayList<>();
        List<Integer> weak = new ArrayList<>();
        boolean sendable = true;
        for (String part : text.split(",", -1)) {
            String entry = part.strip();
            if (entry.isEmpty()) {
                continue;
            }
            int number = keys.size() + 1;
            Parsed parsed = parse(number, entry);
            sendable &= parsed.sendable();
            if (parsed.weak()) {
                weak.add(number);
            }
            if (names.contains(parsed.key().name())) {
                throw bad(number, "has the name of an earlier one, '" + parsed.key().name() + "'");
            }
            names.add(parsed.key().name());
            if (keys.put(parsed.key().digest(), parsed.key()) != null) {
                throw bad(number, "has the secret of an earlier one");
            }
        }
        return keys.isEmpty() ? NONE : new ApiKeys(Collections.unmodifiableMap(keys), sendable, weak);
    }

    private record Parsed(AccessKey key, boolean sendable, boolean weak) {}

    private static Parsed parse(int number, String entry) {
        Matcher hashed = HASHED.matcher(entry);
        if (hashed.matches() || (entry.indexOf(':') < 0 && !NO_SECRET.matcher(entry).matches())) {
            return key(number, null, Role.ADMIN, Scope.ALL, entry);
        }
        Matcher matcher = ENTRY.matcher(entry);
        Role role = matcher.matches() ? Role.ofLabel(matcher.group(2)).orElse(null) : null;
        if (role == null) {
            throw bad(number, "must be [name=]role[@queue+queue]:secret, its role one of "
                    + String.join(", ", Role.labels())
                    + "; an admin's secret with a ':' in it is written admin:SECRET");
        }
        return key(number, matcher.group(1), role, scope(number, matcher.group(3)), matcher.group(4));
    }

    private static Scope scope(int number, @Nullable String queues) {
        try {
            return queues == null ? Scope.ALL
                    : Scope.of(Arrays.stream(queues.split("\\+", -1)).map(QueueName::new).toList());
        } catch (InvalidInput e) {
            throw bad(number, "is limited to a queue whose name is not allowed");
        }
    }

    private static Parsed key(int number, @Nullable String name, Role role, Scope scope, String secret) {
        if (secret.isEmpty()) {
            throw bad(number, "has no secret");
        }
        Matcher hashed = HASHED.matcher(secret);
        Digest digest;
        try {
            digest = hashed.matches() ? Digest.ofHex(hashed.group(1)) : Digest.of(secret);
            return new Parsed(new AccessKey(name == null ? "key-" + number : name, digest, role, scope, null, null),
                    secret.chars().allMatch(c -> c > ' ' && c < 127),
                    hashed.matches() ? WeakSecret.is(digest) : WeakSecret.is(secret));
        } catch (InvalidInput e) {
            throw bad(number, "has a bad " + e.field() + ": it " + e.problem());
        }
    }

    private static InvalidInput bad(int number, String why) {
        return new InvalidInput("api.keys", "is wrong: entry " + number + " " + why);
    }

    /** Whether no key was given. */
    public boolean isEmpty() {
        return byDigest.isEmpty();
    }

    /** All of them. */
    List<AccessKey> all() {
        return List.copyOf(byDigest.values());
    }

    /** @throws InvalidInput when a key could never arrive in a header; the message does not show it */
    void check() {
        if (!sendable) {
            throw new InvalidInput(ApiSettings.KEYS.variable(),
                    "must hold keys of visible ASCII characters; another cannot travel in an Authorization header");
        }
    }

    /** @throws InvalidInput when a key can be guessed; the message names it by its number and does not show it */
    void checkStrength() {
        if (!weak.isEmpty()) {
            throw new InvalidInput(ApiSettings.KEYS.variable(), "has a secret that can be guessed, entry " + weak.get(0)
                    + ", and others can reach this address: make one with 'openssl rand -hex 24'. A secret has "
                    + WeakSecret.MIN_CHARS + " characters or more and is none of the examples");
        }
    }

    /** How many there are, and nothing else. */
    @Override
    public String toString() {
        return Integer.toString(byDigest.size());
    }
}
