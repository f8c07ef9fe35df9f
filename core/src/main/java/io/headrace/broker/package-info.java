/**
 * The seam to the broker: what producers, workers and operators ask of it, and its answers. Modules call it; who
 * brings another broker implements it.
 */
@NullMarked
package io.headrace.broker;

import org.jspecify.annotations.NullMarked;
