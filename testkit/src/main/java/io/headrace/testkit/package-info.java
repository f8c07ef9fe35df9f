/** For tests, ours and users': the broker contract, an in-memory broker with a manual clock, and real processes. */
@NullMarked
package io.headrace.testkit;

import org.jspecify.annotations.NullMarked;
