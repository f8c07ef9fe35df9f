/** The REST producer, live updates and metrics. */
@NullMarked
package io.headrace.api;

import org.jspecify.annotations.NullMarked;
