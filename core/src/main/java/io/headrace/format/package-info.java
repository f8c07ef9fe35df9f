/**
 * How things are written and read: JSON, gzip, percent-encoding, sizes and excerpts for people. All modules call it;
 * it knows none of them. Not API.
 */
@NullMarked
package io.headrace.format;

import org.jspecify.annotations.NullMarked;
