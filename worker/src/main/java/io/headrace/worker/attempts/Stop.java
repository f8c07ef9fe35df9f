package io.headrace.worker.attempts;

/** Why a running attempt was asked to stop. */
public enum Stop {
    /** Somebody asked for the job's cancellation. */
    CANCELLED,
    /** It took longer than it may. */
    TIMED_OUT,
    /** Its lease is lost, or the worker was itself paused for longer than a lease. */
    LEASE_LOST,
    /** The worker stops and the grace is over. */
    SHUTDOWN
}
