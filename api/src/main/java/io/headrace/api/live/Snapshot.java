package io.headrace.api.live;

import io.headrace.api.http.Problem;
import io.headrace.api.view.SocketMessage;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The state of a topic at one moment, written once in each form in which somebody wants it. Thread-safe. */
public final class Snapshot {
    /** In which form somebody is told. */
    public enum Form {
        /** All of it, as a server-sent event. */
        EVENT,
        /** What is other than in the snapshot before, as a server-sent event. */
        CHANGES,
        /** All of it, as a message of a WebSocket. */
        MESSAGE
    }

    /** What a patch leads on from: the state that was told before. */
    private record Before(long at, byte[] json) {}

    private final String topic;
    private final String name;
    private final long at;
    private final byte[] json;
    private final @Nullable Problem problem;
    /** Null when this is the first, or what came before was no state. */
    private final @Nullable Before before;
    private @Nullable StreamEvent event;
    private @Nullable StreamEvent changes;
    private @Nullable String message;

    private Snapshot(String topic, String name, long at, byte[] json, @Nullable Problem problem,
            @Nullable Before before) {
        this.topic = topic;
        this.name = name;
        this.at = at;
        this.json = json;
        this.problem = problem;
        this.before = before;
    }

    /**
     * A state.
     *
     * @param name of the event
     * @param at epoch milliseconds, the id of the event
     * @param json an object
     * @param last what was told in the same words before, if anything was
     */
    static Snapshot of(String topic, String name, long at, byte[] json, @Nullable Snapshot last) {
        Before before = last == null || last.problem != null ? null : new Before(last.at, last.json);
        return new Snapshot(topic, name, at, json, null, before);
    }

    /** That there is no state, and why. */
    static Snapshot of(String topic, long at, Problem problem) {
        return new Snapshot(topic, "problem", at, problem.json(), problem, null);
    }

    /** The reason why there is no state, else null. */
    @Nullable
    public Problem problem() {
        return problem;
    }

    /** When it was looked at, in epoch milliseconds. */
    long at() {
        return at;
    }

    /** Whether {@link #changes} leads here from what was told then. */
    boolean follows(long told) {
        return before != null && before.at == told;
    }

    /** Writes a form, which others then find written. */
    public void write(Form form, boolean packed) {
        if (form == Form.MESSAGE) {
            message();
        } else {
            StreamEvent wanted = form == Form.CHANGES && before != null ? changes() : event();
            if (packed) {
                wanted.packed();
            }
        }
    }

    synchronized StreamEvent event() {
        if (event == null) {
            event = StreamEvent.of(Long.toString(at), name, json);
        }
        return event;
    }

    /** Only for who was told the state that it {@link #follows}. */
    synchronized StreamEvent changes() {
        if (changes == null) {
            byte[] patch = MergePatch.between(Objects.requireNonNull(before).json, json);
            changes = StreamEvent.of(Long.toString(at), "changes", patch);
        }
        return changes;
    }

    public synchronized String message() {
        if (message == null) {
            message = problem != null ? SocketMessage.problem(topic, problem)
                    : SocketMessage.event(topic, name, Long.toString(at), new String(json, StandardCharsets.UTF_8));
        }
        return message;
    }
}
