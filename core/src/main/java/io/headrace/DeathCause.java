package io.headrace;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Type and error of a dead job: enough to group it. Nothing else of its stored document is decoded or kept, so that
 * thousands can be looked through.
 *
 * @param error why the newest failed attempt failed, without its stack; null when none did
 */
public record DeathCause(JobType type, @Nullable Failure error) {
    /**
     * Reads a stored document.
     *
     * @throws CorruptDocument when the bytes are not a document, or have no type
     */
    public static DeathCause read(byte[] utf8) {
        try (JsonParser p = JsonFormat.documents().createParser(utf8)) {
            return read(p);
        } catch (IOException | RuntimeException e) {
            throw new CorruptDocument("not a job document: " + e.getMessage(), e);
        }
    }

    private static DeathCause read(JsonParser p) throws IOException {
        JobType type = null;
        Failure error = null;
        expectObject(p.nextToken());
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            String name = p.currentName();
            p.nextToken();
            if (name.equals("type")) {
                type = new JobType(p.getText());
            } else if (name.equals("run")) {
                error = errorOfRun(p);
            } else {
                p.skipChildren();
            }
        }
        if (type == null) {
            throw new IOException("it has no type");
        }
        return new DeathCause(type, error);
    }

    private static @Nullable Failure errorOfRun(JsonParser p) throws IOException {
        Failure error = null;
        expectObject(p.currentToken());
        while (p.nextToken() == JsonToken.FIELD_NAME) {
            boolean found = p.currentName().equals("error");
            p.nextToken();
            if (found) {
                error = Failure.read(p, false);
            } else {
                p.skipChildren();
            }
        }
        return error;
    }

    private static void expectObject(@Nullable JsonToken token) throws IOException {
        if (token != JsonToken.START_OBJECT) {
            throw new IOException("expected an object");
        }
    }
}
