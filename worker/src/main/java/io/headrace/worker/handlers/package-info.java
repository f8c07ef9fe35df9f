/**
 * Which handler runs which type, and what handlers of ours give back. The rooms of the worker call it. Not API.
 */
@NullMarked
package io.headrace.worker.handlers;

import org.jspecify.annotations.NullMarked;
