/**
 * Where Redis is, and the settings that say so. For applications and the command line.
 */
@NullMarked
package io.headrace.redis.config;

import org.jspecify.annotations.NullMarked;
