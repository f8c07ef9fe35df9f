/**
 * The commands that talk to Redis themselves: {@code dev}, {@code api}, {@code worker}, {@code doctor}, {@code
 * bench}. Called by the root, which registers them. Not API.
 */
@NullMarked
package io.headrace.cli.server;

import org.jspecify.annotations.NullMarked;
