package io.headrace.api.operate;

import io.headrace.DeathCause;
import io.headrace.Failure;
import io.headrace.JobType;
import java.util.HashMap;
import java.util.Map;

/**
 * Fingerprints of many jobs, most of which died of what others died of. All digits look alike to a fingerprint, so
 * messages that differ in digits only are taken apart once. Used by one thread.
 */
final class Fingerprints {
    /** More than this are not remembered: they begin anew. */
    private static final int MOST = 10_000;

    private final Map<Cause, Fingerprint> known = new HashMap<>();

    private record Cause(JobType type, String error, String message) {}

    Fingerprint of(DeathCause job) {
        Failure error = job.error();
        Cause cause = new Cause(job.type(), error == null ? "" : error.type(),
                error == null ? "" : withZeros(error.message()));
        if (known.size() >= MOST) {
            known.clear();
        }
        return known.computeIfAbsent(cause, absent -> Fingerprint.of(job.type(), error));
    }

    private static String withZeros(String message) {
        char[] chars = message.toCharArray();
        for (int i = 0; i < chars.length; i++) {
            boolean prefix = i + 1 < chars.length && (chars[i + 1] == 'x' || chars[i + 1] == 'X'); // 0x is no 1x
            if (chars[i] >= '1' && chars[i] <= '9' && !prefix) {
                chars[i] = '0';
            }
        }
        return new String(chars);
    }
}
