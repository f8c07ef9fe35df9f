/**
 * What a process knows of itself and its machine: build, user, sockets, memory to share out. All modules call it. Not
 * API.
 */
@NullMarked
package io.headrace.runtime;

import org.jspecify.annotations.NullMarked;
