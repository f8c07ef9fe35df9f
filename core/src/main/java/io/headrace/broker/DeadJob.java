package io.headrace.broker;

import io.headrace.DeathCause;
import io.headrace.JobId;
import java.time.Instant;

/** A dead job in brief: enough to tell why it died. */
public record DeadJob(JobId id, Instant diedAt, DeathCause cause) {}
