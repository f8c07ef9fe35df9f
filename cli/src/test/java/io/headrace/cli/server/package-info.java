@NullMarked
package io.headrace.cli.server;

import org.jspecify.annotations.NullMarked;
