package io.headrace.worker.handlers;

import io.headrace.InvalidInput;
import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.PayloadMapper;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers of a worker, by the type of job that they run. Immutable after its making, but for the types already
 * warned about.
 */
public final class Handlers {
    private static final Logger log = LoggerFactory.getLogger(Handlers.class);
    /** How many unknown types are warned about by name; senders choose types. */
    private static final int MAX_WARNED = 1_000;

    private final Map<JobType, Registered> byType = new HashMap<>();
    private final PayloadMapper mapper;
    private final Map<JobType, Boolean> warned = new ConcurrentHashMap<>();

    /**
     * A handler and where it came from.
     *
     * @param source for people: a class, a command, a jar
     * @param loader the class loader of a plugin, which is the thread's while the handler runs; null for the program's
     *         own
     */
    public record Registered(JobHandler<?> handler, String source, @Nullable ClassLoader loader) {}

    /**
     * @param mapper reads their payloads and writes their results
     * @throws InvalidInput when two handlers want the same type; it names both
     */
    public Handlers(Collection<Registered> all, PayloadMapper mapper) {
        this.mapper = mapper;
        for (Registered registered : all) {
            JobType type = registered.handler().type();
            Registered other = byType.putIfAbsent(type, registered);
            if (other != null) {
                throw new InvalidInput("handler", "for type '" + type + "' is given twice: " + other.source() + " and "
                        + registered.source());
            }
        }
    }

    /** Whether some handler runs this type; says so once in the log when none does. */
    public boolean knows(JobType type) {
        boolean known = byType.containsKey(type);
        if (!known && warned.size() < MAX_WARNED && warned.putIfAbsent(type, true) == null) {
            log.warn("no handler for a type; its jobs are handed back type={}", type);
        }
        return known;
    }

    public List<JobType> types() {
        return byType.keySet().stream().sorted().toList();
    }

    /** Runs the handler of the attempt's type on this thread. */
    @Nullable
    public Object run(JobContext attempt) throws Exception {
        Registered registered = byType.get(attempt.type());
        if (registered == null) {
            throw new IllegalStateException("no handler for type '" + attempt.type() + "'");
        }
        if (registered.loader() == null) {
            return call(registered.handler(), attempt);
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(registered.loader());
        try {
            return call(registered.handler(), attempt);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private <P> @Nullable Object call(JobHandler<P> handler, JobContext attempt) throws Exception {
        return handler.run(payload(handler, attempt.payload()), attempt);
    }

    private <P> P payload(JobHandler<P> handler, Json payload) throws HandlerFailure {
        try {
            return handler.read(payload, mapper);
        } catch (InvalidInput e) {
            throw HandlerFailure.permanent("bad_payload", String.valueOf(e.getMessage()), null);
        }
    }

    /**
     * What a handler returned, as it is kept.
     *
     * @throws InvalidInput when it cannot be written
     */
    public Json written(Object result) {
        return result instanceof Json ready ? ready.verified() : Json.of(result, mapper);
    }

    /** Whether jobs of this type are run by somebody else, who may never answer. */
    public boolean callsTarget(JobType type) {
        Registered registered = byType.get(type);
        return registered != null && registered.handler() instanceof OutsideHandler outside
                && !outside.startsProcesses();
    }

    /** Whether some of them start processes. */
    public boolean startProcesses() {
        return byType.values().stream().anyMatch(
                registered -> registered.handler() instanceof OutsideHandler outside && outside.startsProcesses());
    }

    /** Kills what handlers have started outside this process and has not ended. */
    public void killChildren() {
        for (Registered registered : byType.values()) {
            if (registered.handler() instanceof OutsideHandler outside) {
                outside.killChildren();
            }
        }
    }
}
