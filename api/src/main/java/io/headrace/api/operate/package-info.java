/**
 * What people ask about jobs, queues and workers, and what they change. Called by what wires the server. Not
 * API.
 */
@NullMarked
package io.headrace.api.operate;

import org.jspecify.annotations.NullMarked;
