/** Tests of the checks of histories: what they must find, they find. */
@NullMarked
package io.headrace.contract.history;

import org.jspecify.annotations.NullMarked;
