/**
 * The worker and what it is built from: settings, roles wired together, stopping in good order. Programs that run
 * handlers call it.
 */
@NullMarked
package io.headrace.worker;

import org.jspecify.annotations.NullMarked;
