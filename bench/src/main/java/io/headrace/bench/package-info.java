/**
 * What {@code headrace bench} runs: the product measured as its users run it, beside what the same Redis does bare. A {@link
 * io.headrace.bench.Scenario} measures on its {@link io.headrace.bench.Ground} and puts {@link
 * io.headrace.bench.Figure}s into the {@link io.headrace.bench.Report}.
 */
@NullMarked
package io.headrace.bench;

import org.jspecify.annotations.NullMarked;
