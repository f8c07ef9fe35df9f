/** The broker on Redis Streams. */
@NullMarked
package io.headrace.redis;

import org.jspecify.annotations.NullMarked;
