/**
 * What a job is, and the seam to the broker. No Redis and no HTTP: everything here works with any implementation of
 * {@link io.headrace.Broker}.
 */
@NullMarked
package io.headrace;

import org.jspecify.annotations.NullMarked;
