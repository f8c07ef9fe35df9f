/**
 * Hostile requests by the thousand, and what the api must answer. Called by tests of the api and of whole processes.
 */
@NullMarked
package io.headrace.contract.fuzz;

import org.jspecify.annotations.NullMarked;
