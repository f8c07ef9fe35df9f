package io.headrace;

import io.headrace.format.Excerpt;

/**
 * A value from outside is not allowed. Nothing was stored; the message says which field, what was wrong, what is
 * allowed.
 */
public final class InvalidInput extends HeadraceException {
    private static final long serialVersionUID = 1L;
    private static final String WAS = ", was ";

    private final String field;
    private final String problem;

    /**
     * @param field the name of the offending field as its sender spells it, such as {@code maxRetries}
     * @param problem what was wrong and what is allowed, readable after the field's name: "must be 0 to 1000, was -1"
     */
    public InvalidInput(String field, String problem) {
        super(field + " " + problem, null);
        this.field = field;
        this.problem = problem;
    }

    /** The same, telling what was sent in its sender's own words and not in the form in which it was understood. */
    public InvalidInput was(String sent) {
        int at = problem.lastIndexOf(WAS);
        return at < 0 ? this : new InvalidInput(field, problem.substring(0, at) + WAS + "'" + Excerpt.of(sent) + "'");
    }

    /** The name of the offending field as its sender spells it. */
    public String field() {
        return field;
    }

    /** What was wrong and what is allowed, without the field's name: for those who know it by another one. */
    public String problem() {
        return problem;
    }
}
