package io.headrace.broker;

/** What became of one job that somebody wanted to move. */
public enum MoveResult {
    /** Done. */
    DONE,
    /** It is running: its worker was told and will stop it; the job then ends as cancelled. Only for cancel. */
    REQUESTED,
    /** The job is in a state from which this move is not possible. Nothing was changed. */
    WRONG_STATE,
    /** Another unfinished job has the same uniqueness key. Nothing was changed. Only for retry. */
    DUPLICATE,
    /** No such job, or no longer on record. */
    NOT_FOUND
}
