@NullMarked
package io.headrace.cli.terminal;

import org.jspecify.annotations.NullMarked;
