package io.headrace;

/**
 * Makes a submission safe to send again: the broker remembers the key for 24 h and answers a repetition with the first
 * job.
 *
 * @param key 1 to 256 characters chosen by the sender, unique within the queue
 * @param fingerprint digest of the request; the same key with another fingerprint is refused
 */
public record Idempotency(String key, String fingerprint) {
    /** @throws InvalidInput when the key is empty or too long */
    public Idempotency {
        if (key.isEmpty() || key.length() > 256) {
            throw new InvalidInput("Idempotency-Key", "must have 1 to 256 characters, had " + key.length());
        }
    }
}
