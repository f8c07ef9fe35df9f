package io.headrace.redaction;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Stretches of a text that are to be replaced. Not thread-safe. */
final class TextSpans {
    private final List<Span> spans = new ArrayList<>();

    private record Span(int from, int to) {}

    void add(int from, int to) {
        spans.add(new Span(from, to));
    }

    /** The text with one replacement for each stretch; those that overlap are one. */
    String replace(String text, String with) {
        if (spans.isEmpty()) {
            return text;
        }
        spans.sort(Comparator.comparingInt(Span::from).thenComparing(Comparator.comparingInt(Span::to).reversed()));
        StringBuilder out = new StringBuilder(text.length());
        int copied = 0;
        for (Span span : spans) {
            if (span.from() >= copied) {
                out.append(text, copied, span.from()).append(with);
            }
            copied = Math.max(copied, span.to());
        }
        return out.append(text, copied, text.length()).toString();
    }
}
