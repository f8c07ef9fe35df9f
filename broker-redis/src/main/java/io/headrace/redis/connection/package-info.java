/**
 * The way to Redis: connections, pipelines, scripts, keys, replies, and the notice of its being away. Not API: for the
 * other packages of this module.
 */
@NullMarked
package io.headrace.redis.connection;

import org.jspecify.annotations.NullMarked;
