package io.headrace.broker;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The jobs that a claim leased to its worker, and when to ask again.
 *
 * @param jobs at most as many as were asked for; each is leased to the asking worker from this instant
 * @param nextDue how long until the earliest job at rest falls due, empty when none waits for a time; zero when more
 *            are due already than one call promotes
 */
public record Claim(List<ClaimedJob> jobs, Optional<Duration> nextDue) {
    public Claim {
        jobs = List.copyOf(jobs);
    }
}
