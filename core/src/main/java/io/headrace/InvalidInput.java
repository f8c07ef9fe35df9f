package io.headrace;

/** A value from outside is not allowed. Nothing was stored; the message says which field, what was wrong, what is allowed. */
public final class InvalidInput extends HeadraceException {
    private static final long serialVersionUID = 1L;
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

    /** The name of the offending field as its sender spells it. */
    public String field() {
        return field;
    }

    /** What was wrong and what is allowed, without the field's name: for those who know it by another one. */
    public String problem() {
        return problem;
    }
}
