package io.headrace.worker.handlers.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> says: {@code v1,} and the Base64
 * of the HMAC-SHA-256 of id, time and body. With several secrets each request has a signature of each, so that a target
 * can go over to a new one. Immutable.
 */
final class Signer {
    private static final String PREFIX = "whsec_";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;

    private final List<SecretText> secrets;

    Signer(List<SecretText> secrets) {
        this.secrets = List.copyOf(secrets);
    }

    boolean signs() {
        return !secrets.isEmpty();
    }

    /**
     * The value of {@code webhook-signature}.
     *
     * @param time seconds since the epoch
     * @throws IOException when a secret cannot be read any more
     */
    String signature(String id, long time, byte[] body) throws IOException {
        List<String> signatures = new ArrayList<>();
        for (SecretText secret : secrets) {
            try {
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key(secret.read().text()), "HmacSHA256"));
                mac.update((id + "." + time + ".").getBytes(StandardCharsets.UTF_8));
                signatures.add("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)));
            } catch (InvalidKeyException e) {
                throw new IOException("the signing secret is no key", e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JDK has HmacSHA256", e);
            }
        }
        return String.join(" ", signatures);
    }

    /** @throws IOException when a text holds no secret; its message shows nothing of it */
    static void check(String secret) throws IOException {
        byte[] unused = key(secret);
    }

    private static byte[] key(String secret) throws IOException {
        String text = secret.startsWith(PREFIX) ? secret.substring(PREFIX.length()) : secret;
        try {
            byte[] key = Base64.getDecoder().decode(text);
            if (key.length >= MIN_BYTES && key.length <= MAX_BYTES) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // reported below, like a key of another length; its message would show a part of it
        }
        throw new IOException("must hold whsec_ and the Base64 of " + MIN_BYTES + " to " + MAX_BYTES + " bytes");
    }
}
