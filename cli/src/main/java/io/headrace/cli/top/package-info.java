/**
 * The live screen {@code headrace top}: what it fetches, what it remembers, how it is drawn. Called by the root,
 * which registers it. Not API.
 */
@NullMarked
package io.headrace.cli.top;

import org.jspecify.annotations.NullMarked;
