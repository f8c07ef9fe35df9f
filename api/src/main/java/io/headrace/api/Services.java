package io.headrace.api;

import io.headrace.Broker;
import io.headrace.BrokerOperator;

/** What the calls share, on whichever loop they run. */
record Services(ApiConfig config, Broker broker, BrokerOperator operator, BlockingCalls blocking, Changes changes,
        Waiters waiters, ApiMeters meters, KnownQueues known, Guard guard) {}
