package io.headrace.api;

import io.headrace.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

/** The secrets that open the API, kept as digests only. Immutable. */
public final class ApiKeys {
    /** No keys: everybody who can connect is let in. */
    public static final ApiKeys NONE = new ApiKeys(List.of(), true);

    private final List<byte[]> digests;
    private final boolean sendable;

    private ApiKeys(List<byte[]> digests, boolean sendable) {
        this.digests = digests;
        this.sendable = sendable;
    }

    /** Reads secrets separated by commas; spaces around them and empty ones are left out. */
    public static ApiKeys parse(String text) {
        List<byte[]> digests = new ArrayList<>();
        boolean sendable = true;
        for (String part : text.split(",", -1)) {
            String key = part.strip();
            if (!key.isEmpty()) {
                digests.add(digest(key));
                sendable &= key.chars().allMatch(c -> c > ' ' && c < 127);
            }
        }
        return digests.isEmpty() ? NONE : new ApiKeys(List.copyOf(digests), sendable);
    }

    /** Whether no key was given. */
    public boolean isEmpty() {
        return digests.isEmpty();
    }

    /** Whether the secret is one of the keys. Takes the same time whichever it is, and whether it is one or not. */
    boolean accept(String secret) {
        byte[] given = digest(secret);
        boolean found = false;
        for (byte[] key : digests) {
            found |= MessageDigest.isEqual(key, given);
        }
        return found;
    }

    /** @throws InvalidInput when a key could never arrive in a header; the message does not show it */
    void check() {
        if (!sendable) {
            throw new InvalidInput(ApiSettings.KEYS.variable(),
                    "must hold keys of visible ASCII characters; another cannot travel in an Authorization header");
        }
    }

    private static byte[] digest(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** How many there are, and nothing else. */
    @Override
    public String toString() {
        return "ApiKeys[" + digests.size() + "]";
    }
}
