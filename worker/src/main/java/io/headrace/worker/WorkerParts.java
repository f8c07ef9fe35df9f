package io.headrace.worker;

import io.headrace.Broker;

/** What all roles of one worker share. */
record WorkerParts(Broker broker, WorkerConfig config, WorkerMetrics metrics, Outage outage, Clocks clocks,
        Breakdown breakdown) {}
