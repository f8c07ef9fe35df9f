/**
 * Who may do what, and who did it: keys, roles, scopes, and the audit. The api and brokers call it, and programs that
 * administer keys.
 */
@NullMarked
package io.headrace.access;

import org.jspecify.annotations.NullMarked;
