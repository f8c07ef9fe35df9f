@NullMarked
package io.headrace.bench.process;

import org.jspecify.annotations.NullMarked;
