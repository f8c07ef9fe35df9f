/**
 * The processes that a benchmark starts and asks: Redis, the api, workers, a bare reader and a bare HTTP server; what
 * each says of itself. Called by the scenarios and their loads. Not API.
 */
@NullMarked
package io.headrace.bench.process;

import org.jspecify.annotations.NullMarked;
