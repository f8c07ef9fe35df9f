/**
 * Jobs as commands: child processes, what they print, and what they leave behind. Only {@code io.headrace.worker}
 * calls it. Not API.
 */
@NullMarked
package io.headrace.worker.handlers.exec;

import org.jspecify.annotations.NullMarked;
