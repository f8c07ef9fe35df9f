/**
 * The JSON of answers: the only place that spells the members of jobs, queues, workers, keys and messages.
 * Called by the calls that answer with them. Not API.
 */
@NullMarked
package io.headrace.api.view;

import org.jspecify.annotations.NullMarked;
