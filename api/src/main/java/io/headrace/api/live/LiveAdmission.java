package io.headrace.api.live;

import io.headrace.api.access.Authenticator;
import io.headrace.api.http.Waiters;
import io.headrace.api.metrics.ApiMeters;

/**
 * The parts that decide who may listen, and how long: as long as there is a place, and the key or the session opens
 * what it opened. Those who do are counted.
 */
public record LiveAdmission(Waiters waiters, Authenticator guard, ApiMeters meters) {}
