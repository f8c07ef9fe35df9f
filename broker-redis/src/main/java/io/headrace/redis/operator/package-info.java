/**
 * What people ask of queues, jobs, workers and keys, and change. Not API: for the broker, which hands it out by the
 * seam of core.
 */
@NullMarked
package io.headrace.redis.operator;

import org.jspecify.annotations.NullMarked;
