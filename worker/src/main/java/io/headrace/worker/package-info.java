/** Claims jobs, runs them, renews their leases and settles them. */
@NullMarked
package io.headrace.worker;

import org.jspecify.annotations.NullMarked;
