@NullMarked
package io.headrace.cli.faults.rolling;

import org.jspecify.annotations.NullMarked;
