/**
 * Opens the broker on Redis Streams and puts it together. For applications, which begin with {@link RedisBroker}, and
 * for whoever measures it.
 */
@NullMarked
package io.headrace.redis;

import org.jspecify.annotations.NullMarked;
