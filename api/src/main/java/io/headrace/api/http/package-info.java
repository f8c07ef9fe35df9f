/**
 * One request and its answer: reading it, who asks, what the loop owes and holds for it, and the threads on
 * which it waits for the broker. Called by every call of the API and by what wires them. Not API.
 */
@NullMarked
package io.headrace.api.http;

import org.jspecify.annotations.NullMarked;
