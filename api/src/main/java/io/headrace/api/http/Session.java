package io.headrace.api.http;

import io.headrace.access.AccessKey;
import io.headrace.access.Digest;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A browser's session as this process knows it, shared by all that it let in here: so however many streams it has open,
 * the store is asked once for all of them. Thread-safe.
 */
public final class Session {
    /** How long a session is believed without asking the store again; one that was ended elsewhere lives on as long. */
    private static final Duration BELIEVED = Duration.ofSeconds(3);
    /** How often the store is asked for the sake of what goes on for long. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(1_500);

    private final Digest digest;
    private final AccessKey key;
    private final AtomicLong lookedNanos = new AtomicLong(System.nanoTime());
    private volatile long foundNanos = System.nanoTime();
    private volatile boolean ended;

    /** One that the store has just been found to have. */
    public Session(Digest digest, AccessKey key) {
        this.digest = digest;
        this.key = key;
    }

    /** What the store knows it by. */
    public Digest digest() {
        return digest;
    }

    /** The key that it stands for. */
    public AccessKey key() {
        return key;
    }

    /** Whether the store had it a moment ago. */
    public boolean fresh() {
        return !ended && System.nanoTime() - foundNanos < BELIEVED.toNanos();
    }

    /** Whether it is time to ask the store again; says so to one of those who ask. */
    public boolean lookDue() {
        long looked = lookedNanos.get();
        long now = System.nanoTime();
        return !ended && now - looked >= LOOK_EVERY.toNanos() && lookedNanos.compareAndSet(looked, now);
    }

    /** The store had it just now. */
    public void found() {
        foundNanos = System.nanoTime();
    }

    /** It is over, for good. */
    public void end() {
        ended = true;
    }

    public boolean ended() {
        return ended;
    }
}
