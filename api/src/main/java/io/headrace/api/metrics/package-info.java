/**
 * What a process of the API tells Prometheus, of itself and of what the broker knows. Called by calls that are
 * counted and by what wires them. Not API.
 */
@NullMarked
package io.headrace.api.metrics;

import org.jspecify.annotations.NullMarked;
