/**
 * The commands that ask and change what the HTTP API knows: jobs, queues, keys, the audit log. Called by the root,
 * which registers them. Not API.
 */
@NullMarked
package io.headrace.cli.jobs;

import org.jspecify.annotations.NullMarked;
