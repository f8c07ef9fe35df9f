package io.headrace.worker.handlers.exec;

import io.headrace.JobContext;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.worker.handlers.ContentType;
import io.headrace.worker.handlers.Exhaustion;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.OutsideHandler;
import io.headrace.worker.handlers.ResultBytes;
import io.headrace.worker.handlers.ResultMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Runs a job as a command of the shell. The payload is the command's standard input: a JSON string as its plain text,
 * anything else as JSON. What it prints is the result: one JSON value as such, any other text as a string. What it
 * writes to standard error is the job's log, but for lines {@code progress: 0.4 what it is doing}, which say how far it
 * is. The exit code decides: 0 succeeded; {@link #HOPELESS} failed for good; anything else failed and is retried.
 *
 * <p>Called by slot threads; the set of running children is concurrent.
 */
public final class ExecHandler implements OutsideHandler {
    /**
     * Exit codes of {@code sysexits.h} that say that the same input will fail again: wrong usage, wrong data, no such
     * input, no such user, no permission, wrong configuration. The others may pass, above all 75, which asks for a
     * retry.
     */
    static final Set<Integer> HOPELESS = Set.of(64, 65, 66, 67, 77, 78);

    private static final int FIRST_SIGNAL_CODE = 128;
    private static final int LAST_SIGNAL_CODE = 192;

    private final JobType type;
    private final String command;
    private final Set<ChildProcess> children = ConcurrentHashMap.newKeySet();

    public ExecHandler(JobType type, String command) {
        this.type = type;
        this.command = command;
    }

    @Override
    public JobType type() {
        return type;
    }

    @Override
    public boolean startsProcesses() {
        return true;
    }

    @Override
    public @Nullable Object run(Json payload, JobContext context) throws Exception {
        byte[] input = input(payload);
        ErrorTail tail = new ErrorTail(context);
        ChildProcess child = start(context);
        children.add(child);
        try {
            ChildProcess.Ended ended = child.run(input,
                    new CommandOutput(ResultBytes.MAX, ResultMemory.of(context)), tail::hear);
            return result(ended, tail);
        } catch (OutOfMemoryError e) {
            ChildProcess.killAll(List.of(child)); // nobody would hear it
            throw noThread(e);
        } finally {
            children.remove(child);
        }
    }

    /** Every child, with whatever it has started. */
    @Override
    public void killChildren() {
        ChildProcess.killAll(children);
    }

    private ChildProcess start(JobContext context) throws HandlerFailure, InterruptedException {
        try {
            return ChildProcess.start(command, environment(context));
        } catch (IOException e) {
            String message = "the command cannot be started: " + e.getMessage();
            throw Exhaustion.isCauseOf(e) ? HandlerFailure.unable("exec_start", message, e)
                    : HandlerFailure.passing("exec_start", message, e);
        } catch (OutOfMemoryError e) {
            throw noThread(e);
        }
    }

    private static HandlerFailure noThread(OutOfMemoryError e) {
        return Exhaustion.unable(e, "exec_start", "there is no thread to watch the command with");
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
    private static byte[] input(Json payload) throws HandlerFailure {
        byte[] json = payload.bytes();
        if (json.length == 0 || json[0] != '"') {
            return json;
        }
        CharBuffer text = CharBuffer.wrap(payload.as(String.class));
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(text);
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw HandlerFailure.permanent("bad_payload", "the payload is a string with half a surrogate pair, \\u"
                    + Integer.toHexString(text.get()) + " at index " + (text.position() - 1)
                    + ", which cannot be written as UTF-8; send an object, which commands get as JSON", e);
        }
    }

    private static @Nullable Json result(ChildProcess.Ended ended, ErrorTail tail) throws HandlerFailure {
        int code = ended.exitCode();
        if (code != 0) {
            throw failure(code, tail);
        }
        byte[] output = ended.output();
        if (output == null) {
            throw HandlerFailure.permanent("result_too_large", "the command printed more than "
                    + ResultBytes.MAX + " bytes; print a place where the result is, not the result",
                    null);
        }
        return ResultBytes.of(output, ContentType.UNKNOWN, "what the command printed");
    }

    private static HandlerFailure failure(int code, ErrorTail tail) {
        boolean signal = code > FIRST_SIGNAL_CODE && code < LAST_SIGNAL_CODE;
        String kind = signal ? "signal_" + (code - FIRST_SIGNAL_CODE) : "exit_" + code;
        String what = signal ? "ended by signal " + (code - FIRST_SIGNAL_CODE) : "exited with " + code;
        String message = tail.after("the command " + what);
        return HOPELESS.contains(code) ? HandlerFailure.permanent(kind, message, null)
                : HandlerFailure.passing(kind, message, (Throwable) null);
    }
}
