@NullMarked
package io.headrace.cli.faults;

import org.jspecify.annotations.NullMarked;
