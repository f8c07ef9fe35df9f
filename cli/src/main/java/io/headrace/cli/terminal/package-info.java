/**
 * What a command reads and shows: text, tables, colours, screens, and exit codes. Called by all rooms in which
 * commands are. Not API.
 */
@NullMarked
package io.headrace.cli.terminal;

import org.jspecify.annotations.NullMarked;
