@NullMarked
package io.headrace.cli.pages;

import org.jspecify.annotations.NullMarked;
