/** For the tests of applications: a broker in memory, on a clock that tests move. Called by users, from tests only. */
@NullMarked
package io.headrace.testkit;

import org.jspecify.annotations.NullMarked;
