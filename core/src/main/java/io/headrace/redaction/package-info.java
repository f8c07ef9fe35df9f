/**
 * Takes the values of named fields out of what people get to see. Api, cli and workers call it; of it, {@link
 * io.headrace.redaction.Redactor} alone is API.
 */
@NullMarked
package io.headrace.redaction;

import org.jspecify.annotations.NullMarked;
