/**
 * {@code headrace bench}: the product measured as its users run it, beside what the same Redis does bare. A {@link
 * io.headrace.cli.bench.Scenario} measures on its {@link io.headrace.cli.bench.Ground} and puts {@link
 * io.headrace.cli.bench.Figure}s into the {@link io.headrace.cli.bench.Report}.
 */
@NullMarked
package io.headrace.cli.bench;

import org.jspecify.annotations.NullMarked;
