/** Tests of core that need no broker; those that do live in testkit. */
@NullMarked
package io.headrace;

import org.jspecify.annotations.NullMarked;
