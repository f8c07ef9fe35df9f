/**
 * Keys, sessions, who is let in, and the record of who did what. Called by the calls that only some may make,
 * and by what wires them. Not API.
 */
@NullMarked
package io.headrace.api.access;

import org.jspecify.annotations.NullMarked;
