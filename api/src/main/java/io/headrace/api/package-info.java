/**
 * The REST producer, live updates and metrics: the server, its settings, and the one place that wires its rooms. The
 * command line and programs that embed the API call it.
 */
@NullMarked
package io.headrace.api;

import org.jspecify.annotations.NullMarked;
