/**
 * An attempt from its claim to its recorded verdict, and what a worker holds meanwhile. The rooms of the worker call
 * it. Not API.
 */
@NullMarked
package io.headrace.worker.attempts;

import org.jspecify.annotations.NullMarked;
