@NullMarked
package io.headrace.cli.top;

import org.jspecify.annotations.NullMarked;
