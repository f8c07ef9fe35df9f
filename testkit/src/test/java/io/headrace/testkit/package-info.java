/** Tests of the testkit itself, and of core where a broker is needed. */
@NullMarked
package io.headrace.testkit;

import org.jspecify.annotations.NullMarked;
