/**
 * Checks whether the data in Redis keeps its rules and the servers are fit to keep jobs, and repairs what can be
 * repaired. For the command line and tests, which begin with {@code Doctor}.
 */
@NullMarked
package io.headrace.redis.doctor;

import org.jspecify.annotations.NullMarked;
