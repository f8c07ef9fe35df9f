@NullMarked
package io.headrace.cli.bench;

import org.jspecify.annotations.NullMarked;
