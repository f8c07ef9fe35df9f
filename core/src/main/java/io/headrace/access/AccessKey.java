package io.headrace.access;

import io.headrace.InvalidInput;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One key: who may do what with the secret of this digest. The secret itself is nowhere.
 *
 * @param name 1 to 64 of {@code A-Z a-z 0-9 . _ -}; the audit log names the actor by it
 * @param createdAt by the broker's clock; null for a key of the environment
 * @param expiresAt by the broker's clock, null when it never does
 */
public record AccessKey(String name, Digest digest, Role role, Scope scope, @Nullable Instant createdAt,
        @Nullable Instant expiresAt) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** @throws InvalidInput when the name is not allowed, or an admin is limited to queues */
    public AccessKey {
        if (!named(name)) {
            throw new InvalidInput("name", "must be 1 to 64 letters, digits, '.', '_' or '-'");
        }
        if (role == Role.ADMIN && !scope.unlimited()) {
            throw new InvalidInput("queues", "cannot be limited for an admin, who can make keys for every queue;"
                    + " take the role operator");
        }
    }

    /** Whether a key can have this name. */
    public static boolean named(String text) {
        return NAME.matcher(text).matches();
    }
}
