/**
 * What became of jobs, read from handlers and from Redis, and the checks that nothing was lost or done twice.
 * Called by system tests.
 */
@NullMarked
package io.headrace.contract.history;

import org.jspecify.annotations.NullMarked;
