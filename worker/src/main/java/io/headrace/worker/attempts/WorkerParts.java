package io.headrace.worker.attempts;

import io.headrace.broker.Broker;
import io.headrace.worker.threads.Breakdown;
import io.headrace.worker.threads.Clocks;

/** What all roles of one worker share. */
public record WorkerParts(Broker broker, WorkerConfig config, WorkerMetrics metrics, BrokerOutage outage, Clocks clocks,
        Breakdown breakdown) {}
