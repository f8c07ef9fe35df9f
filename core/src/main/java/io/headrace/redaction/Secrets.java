package io.headrace.redaction;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.Failure;
import io.headrace.Json;
import io.headrace.Progress;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Values that must not be shown, found and replaced wherever a text or a result repeats them: as they are, in the
 * escapes of JSON, of programming languages, of addresses and of HTML, as Base64, line by line when they have several,
 * and cut off where the text was cut, at an ellipsis. Values shorter than {@value #MIN_CHARS} characters are not looked
 * for: they would be found everywhere. A text that is made to take long to search is hidden whole. Immutable.
 */
public final class Secrets {
    /** The shortest value that is looked for, in characters. */
    public static final int MIN_CHARS = 4;

    /** Nothing to hide. */
    public static final Secrets NONE = new Secrets(new SecretSpellings());

    /** How many comparisons a search may take, and how many more for each character: far more than honest ones do. */
    private static final long MIN_COMPARISONS = 200_000;
    private static final long COMPARISONS_PER_CHAR = 256;
    private static final int MAX_PROGRESS = 500;

    private final @Nullable SecretMatcher needles;

    Secrets(SecretSpellings spellings) {
        needles = spellings.found().isEmpty() ? null : new SecretMatcher(spellings.found());
    }

    /** Values that are known by themselves; those that are too short are left out. */
    public static Secrets of(Collection<String> values) {
        SecretSpellings spellings = new SecretSpellings();
        values.forEach(value -> spellings.text(value, value));
        return spellings.found().isEmpty() ? NONE : new Secrets(spellings);
    }

    /** Whether there is nothing to look for. */
    public boolean isEmpty() {
        return needles == null;
    }

    /** The text without the values. */
    public String mask(String text) {
        return needles == null ? text : mask(text, search(needles, text.length()));
    }

    private static SecretMatcher.Search search(SecretMatcher needles, long length) {
        return needles.new Search(MIN_COMPARISONS + COMPARISONS_PER_CHAR * length);
    }

    private static String mask(String text, SecretMatcher.Search search) {
        TextSpans spans = new TextSpans();
        for (UnescapedText reading : UnescapedText.all(text)) {
            search.mark(reading, spans);
        }
        return search.exhausted() ? Redactor.PLACEHOLDER : spans.replace(text, Redactor.PLACEHOLDER);
    }

    /** The same for what may be missing. */
    public @Nullable String maskIf(@Nullable String text) {
        return text == null ? null : mask(text);
    }

    /** The failure without the values in its message and stack. */
    public @Nullable Failure mask(@Nullable Failure failure) {
        return failure == null || isEmpty() ? failure
                : new Failure(failure.type(), mask(failure.message()), maskIf(failure.stack()));
    }

    /** The progress without the values in its message. */
    public @Nullable Progress mask(@Nullable Progress progress) {
        String message = progress == null ? null : progress.message();
        if (progress == null || message == null || isEmpty()) {
            return progress;
        }
        String masked = mask(message);
        return new Progress(progress.fraction(), masked.substring(0, Math.min(masked.length(), MAX_PROGRESS)));
    }

    /**
     * The value without the values in its texts and numbers; the rest stays byte by byte. It is hidden whole when it
     * cannot be read or the name of a field repeats one.
     */
    public Json mask(Json value) {
        if (needles == null) {
            return value;
        }
        SecretMatcher.Search search = search(needles, value.size());
        List<JsonSplice> splices = new ArrayList<>();
        try (JsonParser p = JsonFormat.factory().createParser(value.bytes())) {
            for (JsonToken token = p.nextToken(); token != null; token = p.nextToken()) {
                if (token != JsonToken.FIELD_NAME && token != JsonToken.VALUE_STRING && !token.isNumeric()) {
                    continue;
                }
                String text = p.getText();
                String masked = mask(text, search);
                if (!masked.equals(text)) {
                    if (token == JsonToken.FIELD_NAME) {
                        return Redactor.hiddenWhole();
                    }
                    splices.add(new JsonSplice(JsonSlice.read(p), Json.of(masked).bytes()));
                }
            }
        } catch (IOException e) {
            return Redactor.hiddenWhole();
        }
        return JsonSplice.all(value, splices);
    }

    /** Nothing of the values. */
    @Override
    public String toString() {
        return "Secrets[" + (needles == null ? 0 : needles.size()) + "]";
    }
}
