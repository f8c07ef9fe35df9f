/** The {@code headrace} command: the only place that assembles the modules. */
@NullMarked
package io.headrace.cli;

import org.jspecify.annotations.NullMarked;
