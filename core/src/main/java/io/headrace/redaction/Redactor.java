package io.headrace.redaction;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.headrace.InvalidInput;
import io.headrace.Json;
import io.headrace.config.Setting;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Takes the values of named fields out of what people get to see: out of JSON at any depth, and, through
 * {@link Secrets}, out of texts that repeat them. Everything else stays as it was, byte by byte. Immutable.
 */
public final class Redactor {
    /** What stands where a value was, as a JSON string or in a text. */
    public static final String PLACEHOLDER = "[redacted]";

    /** Hides nothing. */
    public static final Redactor NONE = new Redactor(Set.of());

    /** Which fields; read by the api and by workers. */
    public static final Setting<Redactor> SETTING = new Setting<>("redact", "", "names of fields separated by commas",
            "Fields of payloads and results, at any depth and in any case, whose values the api does not show and"
                    + " workers neither log nor record in errors.",
            Redactor::parse);

    private static final byte[] HIDDEN = ('"' + PLACEHOLDER + '"').getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_NAMES = 1_000;

    /** In lower case. */
    private final Set<String> names;

    private Redactor(Set<String> names) {
        this.names = names;
    }

    /**
     * Hides the fields of these names, separated by commas; spaces around them and empty ones are left out.
     *
     * @throws InvalidInput when there are too many
     */
    public static Redactor parse(String text) {
        Set<String> names = new TreeSet<>();
        for (String name : text.split(",", -1)) {
            if (!name.isBlank()) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        if (names.size() > MAX_NAMES) {
            throw new InvalidInput("redact", "must be at most " + MAX_NAMES + " names, were " + names.size());
        }
        return names.isEmpty() ? NONE : new Redactor(Set.copyOf(names));
    }

    /** Whether there is anything to hide. */
    public boolean active() {
        return !names.isEmpty();
    }

    /** The value without what is to be hidden. What cannot be read is hidden whole. */
    public Json redact(Json value) {
        if (!active()) {
            return value;
        }
        try {
            Map<String, JsonSlice> hidden = hidden(value);
            List<JsonSplice> splices = hidden.values().stream().map(slice -> new JsonSplice(slice, HIDDEN)).toList();
            return JsonSplice.all(value, splices);
        } catch (IOException e) {
            return hiddenWhole();
        }
    }

    /** What is shown of a value that is hidden whole. */
    static Json hiddenWhole() {
        return Json.trusted(HIDDEN.clone());
    }

    /** What is hidden in these values, to be found where a text repeats it; nulls are passed over. */
    public Secrets secrets(@Nullable Json... values) {
        if (!active()) {
            return Secrets.NONE;
        }
        SecretSpellings spellings = new SecretSpellings();
        for (Json value : values) {
            if (value != null) {
                collect(value, spellings);
            }
        }
        return spellings.found().isEmpty() ? Secrets.NONE : new Secrets(spellings);
    }

    private void collect(Json value, SecretSpellings spellings) {
        try {
            for (JsonSlice slice : hidden(value).values()) {
                String sent = new String(slice.of(value), StandardCharsets.UTF_8);
                try (JsonParser p = JsonFormat.factory().createParser(value.bytes(), slice.from(), slice.length())) {
                    for (JsonToken token = p.nextToken(); token != null; token = p.nextToken()) {
                        if (token == JsonToken.VALUE_STRING) {
                            boolean alone = sent.startsWith("\"");
                            spellings.text(p.getText(), alone ? sent.substring(1, sent.length() - 1) : p.getText());
                        } else if (token.isNumeric()) {
                            spellings.number(p.getText());
                        }
                    }
                }
            }
        } catch (IOException e) {
            spellings.text(value.toString(), value.toString()); // hidden whole, so whole it is looked for
        }
    }

    /**
     * An edited value with the originals put back where it still shows that something was hidden. In an array they are
     * found by their place, so its elements must be as many as they were and where they were.
     *
     * @throws InvalidInput when there is no telling what stood at such a place
     */
    public Json restore(Json edited, Json original) {
        if (!active() || !edited.toString().contains(PLACEHOLDER)) {
            return edited;
        }
        try {
            Map<String, JsonSlice> originals = hidden(original);
            List<JsonSplice> splices = new ArrayList<>();
            EditedPlaces places = new EditedPlaces(edited, redact(original));
            for (Map.Entry<String, JsonSlice> place : places(edited).entrySet()) {
                JsonSlice from = originals.get(place.getKey());
                if (from == null || !places.kept(place.getKey())) {
                    throw new InvalidInput("payload", "has " + PLACEHOLDER + " at " + place.getKey()
                            + ", where nothing can be put back: give the value itself");
                }
                splices.add(new JsonSplice(place.getValue(), from.of(original)));
            }
            return JsonSplice.all(edited, splices);
        } catch (IOException e) {
            throw new InvalidInput("payload", "cannot be read, so nothing that was hidden can be put back");
        }
    }

    /** Where an edited value still has the placeholder, by JSON pointer. */
    private Map<String, JsonSlice> places(Json edited) throws IOException {
        Map<String, JsonSlice> places = new LinkedHashMap<>();
        byte[] utf8 = edited.bytes();
        try (JsonParser p = JsonFormat.factory().createParser(utf8)) {
            boolean named = false;
            for (JsonToken token = p.nextToken(); token != null; token = p.nextToken()) {
                if (named && token == JsonToken.VALUE_STRING && p.getText().equals(PLACEHOLDER)) {
                    places.put(p.getParsingContext().pathAsPointer().toString(), JsonSlice.read(p));
                }
                named = token == JsonToken.FIELD_NAME && names(p);
            }
        }
        return places;
    }

    /** Where the values to be hidden are, by JSON pointer; what lies within one is part of it. */
    private Map<String, JsonSlice> hidden(Json value) throws IOException {
        Map<String, JsonSlice> found = new LinkedHashMap<>();
        try (JsonParser p = JsonFormat.factory().createParser(value.bytes())) {
            for (JsonToken token = p.nextToken(); token != null; token = p.nextToken()) {
                if (token == JsonToken.FIELD_NAME && names(p)) {
                    String pointer = p.getParsingContext().pathAsPointer().toString();
                    p.nextToken();
                    found.put(pointer, JsonSlice.read(p));
                }
            }
        }
        return found;
    }

    private boolean names(JsonParser p) throws IOException {
        return names.contains(p.currentName().toLowerCase(Locale.ROOT));
    }

    /** How many names there are. */
    @Override
    public String toString() {
        return Integer.toString(names.size());
    }
}
