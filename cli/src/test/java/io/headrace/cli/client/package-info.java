@NullMarked
package io.headrace.cli.client;

import org.jspecify.annotations.NullMarked;
