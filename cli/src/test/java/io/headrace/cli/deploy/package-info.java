@NullMarked
package io.headrace.cli.deploy;

import org.jspecify.annotations.NullMarked;
