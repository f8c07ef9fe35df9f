package io.headrace.broker;

/**
 * What fences a write under a lease: the broker accepts the write only while the entry is held by this worker in this
 * delivery.
 *
 * @param entry the broker's address of the claimed entry; opaque to everybody else
 * @param worker who claimed it
 * @param deliveries how often the entry has been claimed without a verdict, this time included, from 1
 * @param fence larger at every later delivery of a job, from 1; for whoever guards something outside the broker
 */
public record Token(String entry, WorkerId worker, int deliveries, long fence) {
    /** So many deliveries in a row may end without a verdict; a job that kills its workers ends here. */
    public static final int MAX_DELIVERIES = 3;

    /** Whether the job is given up if this delivery, too, ends without a verdict. */
    public boolean lastChance() {
        return deliveries == MAX_DELIVERIES;
    }
}
