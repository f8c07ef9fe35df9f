/**
 * The redis-server that is started on a data folder for development, tests and measurements. For the command line and
 * tests, which begin with {@code EmbeddedRedis}.
 */
@NullMarked
package io.headrace.redis.embedded;

import org.jspecify.annotations.NullMarked;
