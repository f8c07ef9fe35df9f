package io.headrace.broker;

/** What became of a write under a lease. */
public enum WriteResult {
    /** It was carried out. A repetition of the same write after an unknown outcome also answers this. */
    RECORDED,
    /** The lease had moved on: nothing was written. */
    LEASE_LOST
}
