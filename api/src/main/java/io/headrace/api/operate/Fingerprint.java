package io.headrace.api.operate;

import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.JobType;
import io.headrace.access.Digest;
import io.headrace.format.Excerpt;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What failures have in common that look alike to a person: the type of the job, the type of the error, and its message
 * without what differs from one occurrence to the next. The same in every process and version, as people keep it.
 *
 * @param value {@value #CHARS} hexadecimal digits
 * @param message the message, with numbers, ids, quoted text, addresses and times replaced
 */
public record Fingerprint(String value, String message) {
    /** How long a fingerprint is. */
    public static final int CHARS = 12;

    /**
     * So many characters of a message are read, and so many kept of what becomes of them: the rest does not tell
     * failures apart.
     */
    private static final int READ = 600;
    private static final int KEPT = 300;

    private static final Pattern FORM = Pattern.compile("[0-9a-f]{" + CHARS + "}");
    private static final String HEX = "[0-9a-fA-F]";
    /** Each alternative is a group; the first that matches at a place wins. */
    private static final Pattern VARYING = Pattern.compile(String.join("|",
            "(?<quoted>(?<![\\p{L}\\p{N}])(?:'[^'\\n]{0,200}'|\"[^\"\\n]{0,200}\"|`[^`\\n]{0,200}`)(?![\\p{L}\\p{N}]))",
            "(?<url>\\b[a-zA-Z][a-zA-Z0-9+.-]{1,20}://[^\\s\"'<>)\\]]{1,200})",
            "(?<mail>\\b[\\w.+-]{1,64}@[\\w-]{1,63}(?:\\.[\\w-]{1,63}){1,8})",
            "(?<time>\\b\\d{4}-\\d\\d-\\d\\d"
                    + "(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d{1,9})?)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?|"
                    + "\\b\\d\\d?:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)",
            "(?<uuid>\\b" + HEX + "{8}-" + HEX + "{4}-" + HEX + "{4}-" + HEX + "{4}-" + HEX + "{12}\\b)",
            "(?<ip>\\b\\d{1,3}(?:\\.\\d{1,3}){3}(?::\\d{1,5})?\\b|(?<![\\w:])(?:" + HEX + "{0,4}:){2,7}" + HEX
                    + "{1,4}(?![\\w:]))",
            "(?<hex>\\b0[xX]" + HEX + "+\\b|(?<=@)" + HEX + "{4,16}\\b|\\b(?=[a-fA-F]*\\d)(?=\\d*[a-fA-F])" + HEX
                    + "{6,}\\b)",
            "(?<number>\\d+(?:[.,_]\\d+)*)"));

    /** What stands for each of the alternatives, in their order. */
    private static final String[] STAND_INS = {"'…'", "<address>", "<address>", "<time>", "<id>", "<address>", "<id>",
        "<n>"};

    /** The fingerprint of a failure of a job of this type; null stands for one that nobody described. */
    public static Fingerprint of(JobType type, @Nullable Failure error) {
        String kind = error == null ? "" : error.type();
        String message = error == null ? "" : withoutDetails(error.message());
        return new Fingerprint(Digest.of(type.value() + '\n' + kind + '\n' + message).hex().substring(0, CHARS),
                message);
    }

    /**
     * Checks a fingerprint that somebody typed.
     *
     * @throws InvalidInput when it cannot be one
     */
    public static String check(String text) {
        if (!FORM.matcher(text).matches()) {
            throw new InvalidInput("fingerprint",
                    "must be " + CHARS + " digits of 0-9 a-f, was '" + Excerpt.of(text) + "'");
        }
        return text;
    }

    /** The message with a stand-in for each detail that differs from one occurrence to the next. */
    static String withoutDetails(String message) {
        String read = message.length() <= READ ? message : message.substring(0, READ);
        String same = VARYING.matcher(read).replaceAll(Fingerprint::standIn).strip();
        return same.length() <= KEPT ? same : same.substring(0, KEPT);
    }

    private static String standIn(MatchResult detail) {
        for (int group = 1; group <= STAND_INS.length; group++) {
            if (detail.group(group) != null) {
                return STAND_INS[group - 1];
            }
        }
        return "…";
    }
}
