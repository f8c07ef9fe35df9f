package io.headrace.redaction;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Strings that are looked for in texts all at once, whole and cut off: by their first and last
 * {@value Secrets#MIN_CHARS} characters, so that their number costs nothing where none of them is. Immutable.
 */
final class SecretMatcher {
    private static final int KEY = Secrets.MIN_CHARS;
    private static final int BITS = 1 << 14;
    /** Where a text was cut off. */
    private static final String ELLIPSIS = "…";
    private static final String DOTS = "...";

    private final Index first = new Index();
    private final Index last = new Index();
    private final int size;
    private final int longest;

    /** @param needles none shorter than {@value Secrets#MIN_CHARS} characters */
    SecretMatcher(Collection<String> needles) {
        int most = 0;
        for (String needle : needles) {
            first.add(key(needle, 0), needle);
            last.add(key(needle, needle.length() - KEY), needle);
            most = Math.max(most, needle.length());
        }
        size = needles.size();
        longest = most;
    }

    int size() {
        return size;
    }

    /** What is looked for, by a key, with a set of bits that most places of a text fail at once. */
    private static final class Index {
        private final BitSet bits = new BitSet(BITS);
        private final Map<Long, List<String>> byKey = new HashMap<>();

        void add(long key, String needle) {
            bits.set(bit(key));
            byKey.computeIfAbsent(key, absent -> new ArrayList<>(1)).add(needle);
        }

        List<String> at(long key) {
            return bits.get(bit(key)) ? byKey.getOrDefault(key, List.of()) : List.of();
        }

        private static int bit(long key) {
            return (int) ((key * 0x9E3779B97F4A7C15L) >>> 50);
        }
    }

    /** The places where needles stand in a text, of which some are cut off where the text was. */
    final class Search {
        /** Comparisons that are left; texts that are made to cost many are not searched to their end. */
        private long left;

        Search(long comparisons) {
            left = comparisons;
        }

        /** Whether it was given up. */
        boolean exhausted() {
            return left < 0;
        }

        /** Marks the characters of the text, as it was before it was read, that belong to needles. */
        void mark(UnescapedText reading, TextSpans spans) {
            String text = reading.text();
            for (int at = 0; at + KEY <= text.length() && left >= 0; at++, left--) {
                int found = 0;
                for (String needle : first.at(key(text, at))) {
                    found = Math.max(found, beginning(text, at, needle));
                }
                if (found > 0) {
                    spans.add(reading.starts()[at], reading.starts()[at + found]);
                }
                if (text.startsWith(ELLIPSIS, at)
                        || (text.startsWith(DOTS, at) && text.charAt(at + DOTS.length()) != '.')) {
                    markEnding(reading, behindHalves(text, at + cut(text, at)), spans);
                }
            }
        }

        /** How many characters of a needle stand here: all, or those before a cut; 0 for none. */
        private int beginning(String text, int at, String needle) {
            int same = KEY;
            int most = Math.min(needle.length(), text.length() - at);
            while (same < most && text.charAt(at + same) == needle.charAt(same)) {
                same++;
            }
            left -= same;
            return same == needle.length() || cut(text, at + same) > 0 ? same : 0;
        }

        /** The longest ending of a needle that stands right behind a cut. */
        private void markEnding(UnescapedText reading, int from, TextSpans spans) {
            String text = reading.text();
            int most = Math.min(text.length(), from + longest);
            for (int to = most; to - from >= KEY && left >= 0; to--, left--) {
                for (String needle : last.at(key(text, to - KEY))) {
                    left -= KEY;
                    if (needle.regionMatches(needle.length() - (to - from), text, from, to - from)) {
                        left -= to - from;
                        spans.add(reading.starts()[from], reading.starts()[to]);
                        return;
                    }
                }
            }
        }
    }

    /**
     * The length of the mark of a cut that begins here, with the rest of a character that it took apart; 0 for none.
     */
    static int cut(String text, int at) {
        int mark = behindHalves(text, at);
        int end = text.startsWith(ELLIPSIS, mark) ? mark + ELLIPSIS.length()
                : text.startsWith(DOTS, mark) ? mark + DOTS.length() : at;
        return end - at;
    }

    /** The first place from here on that is not what stands for bytes which are no character. */
    private static int behindHalves(String text, int at) {
        int behind = at;
        while (behind < text.length() && text.charAt(behind) == '\ufffd') {
            behind++;
        }
        return behind;
    }

    private static long key(String text, int at) {
        long key = 0;
        for (int i = 0; i < KEY; i++) {
            key = (key << 16) | text.charAt(at + i);
        }
        return key;
    }
}
