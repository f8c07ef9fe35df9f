package io.headrace.redis;

import io.headrace.Lease;
import java.util.Comparator;

/** The order of stream entries, which is that of their numbers: {@code <ms>-<sequence>}. */
final class Entries {
    /** Oldest first; of entries of one level. */
    static final Comparator<Lease> ASCENDING = (one, other) -> compare(one.token().entry(), other.token().entry());

    private Entries() {}

    /** Compares entry ids, or entries with the letter of their level before them, without taking them apart. */
    static int compare(String one, String other) {
        int dash = one.indexOf('-');
        int difference = dash - other.indexOf('-'); // neither has leading zeros, so the longer number is the greater
        if (difference != 0) {
            return difference;
        }
        return one.length() != other.length() && one.regionMatches(0, other, 0, dash)
                ? one.length() - other.length()
                : one.compareTo(other);
    }

    /** The later of two, where an empty one is earlier than all. */
    static String later(String one, String other) {
        return one.isEmpty() || (!other.isEmpty() && compare(one, other) < 0) ? other : one;
    }
}
