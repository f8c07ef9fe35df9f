/**
 * What sends jobs as fast as it can, or at a rate, and what Redis does bare beside it. Called by the scenarios. Not
 * API.
 */
@NullMarked
package io.headrace.bench.load;

import org.jspecify.annotations.NullMarked;
