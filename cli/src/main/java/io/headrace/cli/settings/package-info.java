/**
 * The settings of the command and of the servers it starts, and durations as they were typed. Called by every other
 * room of the command. Not API.
 */
@NullMarked
package io.headrace.cli.settings;

import org.jspecify.annotations.NullMarked;
