package io.headrace.redis.jobs;

import io.headrace.broker.Lease;
import java.util.Comparator;
import java.util.List;

/** The order of stream entries, which is that of their numbers: {@code <ms>-<sequence>}. */
public final class EntryIds {
    /** Oldest first; of entries of one level. */
    static final Comparator<Lease> ASCENDING = (one, other) -> compare(one.token().entry(), other.token().entry());

    private EntryIds() {}

    /** Compares entry ids, or entries with the letter of their level before them, without taking them apart. */
    public static int compare(String one, String other) {
        int dash = one.indexOf('-');
        int difference = dash - other.indexOf('-'); // neither has leading zeros, so the longer number is the greater
        if (difference != 0) {
            return difference;
        }
        return one.length() != other.length() && one.regionMatches(0, other, 0, dash)
                ? one.length() - other.length()
                : one.compareTo(other);
    }

    /**
     * Behind which of these, counted from 1, ids are left out, so that another entry may stand there; separated by
     * spaces. {@code -} when these are too many for a script to look at each.
     *
     * @param entries ascending, of one level, with its letter before them
     */
    static String gaps(List<String> entries) {
        StringBuilder gaps = new StringBuilder();
        int most = entries.size() / 8;
        for (int i = 1; i < entries.size(); i++) {
            if (!adjacent(entries.get(i - 1), entries.get(i))) {
                if (--most < 0) {
                    return "-";
                }
                gaps.append(gaps.isEmpty() ? "" : " ").append(i);
            }
        }
        return gaps.toString();
    }

    /** Whether there can be no entry between these two. */
    private static boolean adjacent(String one, String next) {
        int dash = one.indexOf('-');
        if (next.indexOf('-') != dash || !one.regionMatches(0, next, 0, dash)) {
            return false;
        }
        return sequence(next, dash) == sequence(one, dash) + 1;
    }

    private static long sequence(String entry, int dash) {
        return Long.parseLong(entry, dash + 1, entry.length(), 10);
    }

    /**
     * The time in an entry's id, epoch ms; 0 when it is empty, and the end of all time for one that somebody chose
     * beyond it.
     */
    public static long millis(String entry) {
        int dash = entry.indexOf('-');
        return entry.isEmpty() ? 0 : dash < 1 || dash > 18 ? Long.MAX_VALUE - 1 : Long.parseLong(entry, 0, dash, 10);
    }

    /** The later of two, where an empty one is earlier than all. */
    static String later(String one, String other) {
        return one.isEmpty() || (!other.isEmpty() && compare(one, other) < 0) ? other : one;
    }
}
