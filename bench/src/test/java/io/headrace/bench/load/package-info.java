@NullMarked
package io.headrace.bench.load;

import org.jspecify.annotations.NullMarked;
