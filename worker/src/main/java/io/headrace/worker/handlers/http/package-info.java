/**
 * Jobs as calls of HTTP targets. Only {@code io.headrace.worker} calls it; of it, {@link
 * io.headrace.worker.handlers.http.HttpTarget} alone is API.
 */
@NullMarked
package io.headrace.worker.handlers.http;

import org.jspecify.annotations.NullMarked;
