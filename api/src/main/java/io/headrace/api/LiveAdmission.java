package io.headrace.api;

/**
 * Who may listen, and how long: as long as there is a place, and the key or the session opens what it opened. Those who do
 * are counted.
 */
record LiveAdmission(Waiters waiters, Guard guard, ApiMeters meters) {}
