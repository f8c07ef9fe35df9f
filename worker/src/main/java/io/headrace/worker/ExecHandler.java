package io.headrace.worker;

import io.headrace.InvalidInput;
import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobType;
import io.headrace.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Runs a job as a command of the shell. The payload is the command's standard input: a JSON string as its plain text, anything
 * else as JSON. What it prints is the result: one JSON value as such, any other text as a string. What it writes to standard
 * error is the job's log, but for lines {@code progress: 0.4 what it is doing}, which say how far it is. The exit code decides:
 * 0 succeeded; {@link #HOPELESS} failed for good; anything else failed and is retried.
 *
 * <p>Called by slot threads; the set of running children is concurrent.
 */
final class ExecHandler implements JobHandler<Json> {
    /**
     * Exit codes of {@code sysexits.h} that say that the same input will fail again: wrong usage, wrong data, no such input, no
     * such user, no permission, wrong configuration. The others may pass, above all 75, which asks for a retry.
     */
    static final Set<Integer> HOPELESS = Set.of(64, 65, 66, 67, 77, 78);

    /** A number as programs print them, {@code 1}, {@code .5}, {@code 1e-05}; possessive, so that no line takes long. */
    private static final Pattern PROGRESS = Pattern
            .compile("progress:\\s*+((?:[0-9]++(?:\\.[0-9]*+)?|\\.[0-9]++)(?:[eE][-+]?[0-9]++)?)(%?)(?:\\s++(.*))?");
    private static final int MAX_PROGRESS_TEXT = 500;
    /** By this mark the beginning of a hidden value is found where the rest of it was cut off. */
    private static final String CUT = "…";
    private static final int TAIL_LINES = 20;
    private static final int FIRST_SIGNAL_CODE = 128;
    private static final int LAST_SIGNAL_CODE = 192;

    private final JobType type;
    private final String command;
    private final Set<ChildProcess> children = ConcurrentHashMap.newKeySet();

    ExecHandler(JobType type, String command) {
        this.type = type;
        this.command = command;
    }

    @Override
    public JobType type() {
        return type;
    }

    @Override
    public Class<Json> payloadType() {
        return Json.class;
    }

    @Override
    public @Nullable Object run(Json payload, JobContext context) throws Exception {
        Tail tail = new Tail(context);
        ChildProcess child = start(context);
        children.add(child);
        try {
            ChildProcess.Ended ended = child.run(input(payload), AttemptRunner.MAX_RESULT_BYTES, tail::hear);
            return result(ended, tail);
        } finally {
            children.remove(child);
        }
    }

    /** Kills every child, with its children, at once. */
    void killChildren() {
        children.forEach(ChildProcess::kill);
    }

    private ChildProcess start(JobContext context) throws HandlerFailure {
        try {
            return ChildProcess.start(command, environment(context));
        } catch (IOException e) {
            throw HandlerFailure.passing("exec_start", "the command cannot be started: " + e.getMessage(), e);
        }
    }

    /** What the child finds in its environment, beside the worker's own without Headrace's settings. */
    private static Map<String, String> environment(JobContext context) {
        Map<String, String> environment = new HashMap<>();
        environment.put("HEADRACE_JOB_ID", context.id().toString());
        environment.put("HEADRACE_ATTEMPT", Integer.toString(context.attempt()));
        environment.put("HEADRACE_FENCING_TOKEN", Long.toString(context.fencingToken()));
        environment.put("HEADRACE_QUEUE", context.id().queue().value());
        environment.put("HEADRACE_TYPE", context.type().value());
        context.traceparent().ifPresent(value -> environment.put("TRACEPARENT", value));
        return environment;
    }

    /** A text goes in as it is, so that {@code wc -w} counts its words and not those of its JSON form. */
    private static byte[] input(Json payload) {
        byte[] json = payload.bytes();
        return json.length > 0 && json[0] == '"' ? payload.as(String.class).getBytes(StandardCharsets.UTF_8) : json;
    }

    private static @Nullable Json result(ChildProcess.Ended ended, Tail tail) throws HandlerFailure {
        int code = ended.exitCode();
        if (code != 0) {
            throw failure(code, tail);
        }
        if (ended.output() == null) {
            throw HandlerFailure.permanent("result_too_large", "the command printed more than "
                    + AttemptRunner.MAX_RESULT_BYTES + " bytes; print a place where the result is, not the result",
                    null);
        }
        return TextResult.of(ended.output());
    }

    private static HandlerFailure failure(int code, Tail tail) {
        boolean signal = code > FIRST_SIGNAL_CODE && code < LAST_SIGNAL_CODE;
        String kind = signal ? "signal_" + (code - FIRST_SIGNAL_CODE) : "exit_" + code;
        String what = signal ? "ended by signal " + (code - FIRST_SIGNAL_CODE) : "exited with " + code;
        String message = "the command " + what + tail.text();
        return HOPELESS.contains(code) ? HandlerFailure.permanent(kind, message, null)
                : HandlerFailure.passing(kind, message, (Throwable) null);
    }

    /** Hears the child's standard error: logs it, and remembers its end. Used by one thread, read after it has ended. */
    private static final class Tail {
        private final JobContext context;
        private final Deque<String> lines = new ArrayDeque<>();

        Tail(JobContext context) {
            this.context = context;
        }

        synchronized void hear(String line) {
            if (!progress(line)) {
                context.log(line);
                lines.addLast(line);
                if (lines.size() > TAIL_LINES) {
                    lines.removeFirst();
                }
            }
        }

        private boolean progress(String line) {
            Matcher m = PROGRESS.matcher(line);
            if (!m.matches()) {
                return false;
            }
            double fraction = Double.parseDouble(m.group(1)) / (m.group(2).isEmpty() ? 1 : 100);
            String message = m.group(3) == null ? "" : m.group(3);
            try {
                context.progress(fraction, message.length() <= MAX_PROGRESS_TEXT ? message
                        : message.substring(0, MAX_PROGRESS_TEXT - CUT.length()) + CUT);
                return true;
            } catch (InvalidInput e) {
                return false; // a number beyond 1 is no progress, so the line is an ordinary one
            }
        }

        synchronized String text() {
            return lines.isEmpty() ? "" : ": " + String.join("\n", lines);
        }
    }
}
