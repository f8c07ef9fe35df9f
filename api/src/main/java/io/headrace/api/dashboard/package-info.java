/**
 * The files of the web dashboard, and what else is read about the API: its description and its problems. Called
 * by what wires the server. Not API.
 */
@NullMarked
package io.headrace.api.dashboard;

import org.jspecify.annotations.NullMarked;
