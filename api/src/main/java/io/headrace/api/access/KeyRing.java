package io.headrace.api.access;

import io.headrace.HeadraceException;
import io.headrace.access.AccessKey;
import io.headrace.access.AccessStore;
import io.headrace.access.Digest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys that open the API now: those of the environment, and a copy of the stored ones that the thread
 * {@code headrace-api-keys} renews, so that nobody who asks waits for the broker. While the broker cannot be reached
 * the last copy stands, without the keys that have expired by the clock of this machine: there is no other then. Where
 * the environment has no keys, nobody is asked for one, and stored ones are not even read. Thread-safe.
 */
public final class KeyRing implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyRing.class);
    /** How old the copy gets; with the time that renewing it takes, a change is known within five seconds. */
    private static final Duration EVERY = Duration.ofSeconds(3);

    /** Those of the environment, in their order. */
    private final Map<Digest, AccessKey> environment;
    private final AccessStore store;
    private final InstantSource clock;
    private final @Nullable ScheduledExecutorService renewer;
    /** Replaced as a whole. */
    private volatile Map<Digest, AccessKey> stored = Map.of();
    /** Whether the last renewal failed. */
    private volatile boolean stale;

    /** @param environment the keys of the environment; when there are none, nobody is asked for one */
    public KeyRing(List<AccessKey> environment, AccessStore store, InstantSource clock) {
        this.clock = clock;
        this.environment = environment.stream().collect(Collectors.toMap(AccessKey::digest, key -> key,
                (one, same) -> one, LinkedHashMap::new));
        this.store = store;
        this.renewer = environment.isEmpty() ? null : Executors.newSingleThreadScheduledExecutor(KeyRing::thread);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "headrace-api-keys");
        thread.setDaemon(true);
        return thread;
    }

    /** Reads the stored keys, and from now on again and again. */
    public void start() {
        if (renewer != null) {
            renew();
            var unused = renewer.scheduleWithFixedDelay(this::renew, EVERY.toMillis(), EVERY.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    /** Reads the stored keys now. Blocks. */
    public synchronized void renew() {
        try {
            Map<Digest, AccessKey> fresh = new HashMap<>();
            store.keys().forEach(key -> fresh.put(key.digest(), key));
            stored = Map.copyOf(fresh);
            stale = false;
        } catch (HeadraceException e) {
            if (!stale) {
                LOG.warn("the stored keys cannot be read; those known so far stand keys={} error={}", stored.size(),
                        e.getMessage());
            }
            stale = true;
        } catch (RuntimeException | Error e) { // an Error too: who throws in a schedule is never run again
            LOG.error("the stored keys cannot be read; those known so far stand keys={}", stored.size(), e);
            stale = true;
        }
    }

    /** Whether nobody is asked for a key. */
    boolean isEmpty() {
        return environment.isEmpty();
    }

    /** The key of this digest; one of the environment goes first. */
    @Nullable
    AccessKey find(Digest digest) {
        AccessKey key = environment.get(digest);
        if (key != null) {
            return key;
        }
        key = stored.get(digest);
        return key == null || expired(key) ? null : key;
    }

    /** Expired keys are none of a fresh copy, by the clock of the broker. */
    private boolean expired(AccessKey key) {
        return stale && key.expiresAt() != null && !clock.instant().isBefore(key.expiresAt());
    }

    /** Every key of this name: one of the environment and a stored one may have the same. */
    List<AccessKey> named(String name) {
        List<AccessKey> named = new ArrayList<>(environment.values());
        named.addAll(stored.values());
        named.removeIf(key -> !key.name().equals(name) || expired(key));
        return named;
    }

    /** Those of the environment. */
    List<AccessKey> environment() {
        return List.copyOf(environment.values());
    }

    @Override
    public void close() {
        if (renewer != null) {
            renewer.shutdownNow();
        }
    }
}
