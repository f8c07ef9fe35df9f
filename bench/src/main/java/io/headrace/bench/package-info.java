/**
 * The scenarios of {@code headrace bench}, and what they find: the product measured as its users run it, beside what
 * the same Redis does bare. Called by the command alone, through {@link io.headrace.bench.Bench}. Not API.
 */
@NullMarked
package io.headrace.bench;

import org.jspecify.annotations.NullMarked;
