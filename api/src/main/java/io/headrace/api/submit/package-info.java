/**
 * Takes jobs: single ones and batches. Called by what wires the server, and for what requests have in common by
 * the calls of operators. Not API.
 */
@NullMarked
package io.headrace.api.submit;

import org.jspecify.annotations.NullMarked;
