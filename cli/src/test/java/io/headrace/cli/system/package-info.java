@NullMarked
package io.headrace.cli.system;

import org.jspecify.annotations.NullMarked;
