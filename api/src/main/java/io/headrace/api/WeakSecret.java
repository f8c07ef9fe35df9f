package io.headrace.api;

import io.headrace.access.Digest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells secrets that can be guessed. The API is asked as often as a guesser likes, and compares digests fast. */
final class WeakSecret {
    /** As many characters as are not tried out: 64 bits in hexadecimal digits. */
    static final int MIN_CHARS = 16;
    private static final int MIN_DIFFERENT = 6;
    /** Those of our own pages and files, and what people write first. */
    private static final List<String> EXAMPLES = List.of("change-me", "change-me-too", "change-me-as-well",
            "open-sesame", "changeme", "secret", "password", "admin", "headrace", "test", "key");
    private static final Set<Digest> DIGESTS = EXAMPLES.stream().map(Digest::of)
            .collect(Collectors.toUnmodifiableSet());

    private WeakSecret() {}

    /** Whether a secret that is known can be guessed. */
    static boolean is(String secret) {
        return secret.length() < MIN_CHARS || secret.chars().distinct().count() < MIN_DIFFERENT
                || is(Digest.of(secret));
    }

    /** Whether it is one of the examples, when only its digest is known. */
    static boolean is(Digest digest) {
        return DIGESTS.contains(digest);
    }
}
