/**
 * WebSockets: whose they are, what they listen to, and whether they still read. Called by what wires the server.
 * Not API.
 */
@NullMarked
package io.headrace.api.socket;

import org.jspecify.annotations.NullMarked;
