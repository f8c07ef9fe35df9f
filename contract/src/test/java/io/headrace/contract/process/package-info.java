/** Tests of the processes that other tests rely on. */
@NullMarked
package io.headrace.contract.process;

import org.jspecify.annotations.NullMarked;
