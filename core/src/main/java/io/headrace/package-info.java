/**
 * What users touch: jobs, their ids, states and histories, handlers, the client, and what goes wrong. Everybody may
 * call it; it knows nothing of brokers, Redis or HTTP.
 */
@NullMarked
package io.headrace;

import org.jspecify.annotations.NullMarked;
