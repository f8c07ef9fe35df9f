/**
 * The {@code headrace} command: which verbs there are, help, completion, and how the process ends. Called by whoever
 * starts {@code headrace.jar}; the only place that assembles the modules.
 */
@NullMarked
package io.headrace.cli;

import org.jspecify.annotations.NullMarked;
