/** What every broker must do, as tests that run on each. Called by the tests of brokers; in no jar that users get. */
@NullMarked
package io.headrace.contract;

import org.jspecify.annotations.NullMarked;
