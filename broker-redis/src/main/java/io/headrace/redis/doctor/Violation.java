package io.headrace.redis.doctor;

import io.headrace.redis.connection.Script;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that broke a rule at the instant at which it was looked at.
 *
 * @param queue null for what belongs to no queue
 * @param subject what it is, in words for people
 * @param detail more about it, or empty
 * @param check the script that found it, null when it was not a script
 * @param head the arguments of that script that all its items share
 * @param item the arguments that name this one
 */
record Violation(@Nullable String queue, Defect fault, String subject, String detail, @Nullable Script check,
        List<byte[]> head, List<byte[]> item) {

    /** One that was not found by a script. */
    static Violation of(@Nullable String queue, Defect fault, String subject, String detail) {
        return new Violation(queue, fault, subject, detail, null, List.of(), List.of());
    }

    String words() {
        return detail.isEmpty() ? subject : subject + ": " + detail;
    }
}
