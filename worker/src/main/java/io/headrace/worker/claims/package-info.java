/**
 * Gets jobs and keeps their leases. Only {@code io.headrace.worker} calls it. Not API.
 */
@NullMarked
package io.headrace.worker.claims;

import org.jspecify.annotations.NullMarked;
