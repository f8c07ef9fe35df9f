/**
 * Real processes that tests kill, freeze and cut off: headrace, redis-server, a proxy between them. Called by the
 * tests of any module.
 */
@NullMarked
package io.headrace.contract.process;

import org.jspecify.annotations.NullMarked;
