/** Calls of the HTTP API, and what they answer. Called by commands that talk to an API that runs. Not API. */
@NullMarked
package io.headrace.cli.client;

import org.jspecify.annotations.NullMarked;
