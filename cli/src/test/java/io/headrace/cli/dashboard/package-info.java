@NullMarked
package io.headrace.cli.dashboard;

import org.jspecify.annotations.NullMarked;
