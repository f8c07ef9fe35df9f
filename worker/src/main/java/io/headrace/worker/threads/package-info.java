/**
 * Threads, clocks and pauses that the roles of a worker share. The rooms of the worker call it. Not API.
 */
@NullMarked
package io.headrace.worker.threads;

import org.jspecify.annotations.NullMarked;
