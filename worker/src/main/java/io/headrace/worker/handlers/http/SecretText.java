package io.headrace.worker.handlers.http;

import io.headrace.InvalidInput;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with parts that are kept elsewhere: {@code {file:/run/secrets/token}}, read anew each time, so that it can be
 * replaced while the worker runs, and {@code {env:TOKEN}}. Immutable.
 */
final class SecretText {
    private static final Pattern PART = Pattern.compile("\\{(file|env):([^{}]+)}");
    private static final int MAX_FILE_BYTES = 64 * 1024;

    private static final Pattern SENDABLE = Pattern.compile("[\\x21-\\x7e](?:[\\x20-\\x7e\\t]*[\\x21-\\x7e])?");

    private final String field;
    private final String text;
    private final boolean sendable;

    /**
     * @param field the name to blame
     * @throws InvalidInput when a part cannot be read
     */
    SecretText(String field, String text) {
        this.field = field;
        this.text = text;
        try {
            this.sendable = sendable(read().text());
        } catch (IOException e) {
            throw new InvalidInput(field, String.valueOf(e.getMessage()));
        }
    }

    /** Whether it can be the value of a header. */
    boolean sendable() {
        return sendable;
    }

    static boolean sendable(String value) {
        return SENDABLE.matcher(value).matches();
    }

    /** Whether all of it is kept elsewhere. */
    boolean elsewhere() {
        return PART.matcher(text).replaceAll("").isBlank();
    }

    /**
     * What was read.
     *
     * @param text the whole
     * @param secrets what came from elsewhere
     */
    record Read(String text, List<String> secrets) {}

    /** @throws IOException naming the file or the variable that cannot be read */
    Read read() throws IOException {
        StringBuilder whole = new StringBuilder();
        List<String> secrets = new ArrayList<>();
        Matcher part = PART.matcher(text);
        int copied = 0;
        while (part.find()) {
            String value = part.group(1).equals("env") ? variable(part.group(2)) : file(part.group(2));
            whole.append(text, copied, part.start()).append(value);
            secrets.add(value);
            copied = part.end();
        }
        return new Read(whole.append(text.substring(copied)).toString(), secrets);
    }

    private static String variable(String name) throws IOException {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IOException("needs the environment variable " + name + ", which is not set");
        }
        return value.strip();
    }

    private static String file(String name) throws IOException {
        Path file = Path.of(name);
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IOException("needs a file of at most " + MAX_FILE_BYTES + " bytes: " + name);
            }
            String value = Files.readString(file, StandardCharsets.UTF_8).strip();
            if (!value.isEmpty()) {
                return value;
            }
        } catch (FileSystemException | CharacterCodingException e) {
            throw new IOException("needs the file " + name + ", which cannot be read", e);
        }
        throw new IOException("needs the file " + name + ", which is empty");
    }

    @Override
    public String toString() {
        return field;
    }
}
