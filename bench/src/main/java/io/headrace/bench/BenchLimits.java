package io.headrace.bench;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of the scenarios that are not measured in jobs a run.
 *
 * @param duration how long a run of latency or of a steady load lasts, and how long an idle worker is watched
 * @param lease that of the worker of sleeping jobs
 * @param backlog how many jobs are in line at most
 * @param soak how long the soak lasts
 * @param rate how many jobs a second it sends
 * @param csv where each of its samples goes
 * @param redisServer the program of a Redis of our own; null for the one that comes along
 * @param jdk whose Java the child processes run on; null for that of this process
 */
public record BenchLimits(Duration duration, Duration lease, long backlog, Duration soak, int rate, Path csv,
        @Nullable Path redisServer, @Nullable Path jdk) {}
