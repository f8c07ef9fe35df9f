/**
 * Tells what happens, as it happens: waits for jobs, feeds of jobs, and topics that are looked at once however
 * many listen. Called by the calls that wait and by WebSockets. Not API.
 */
@NullMarked
package io.headrace.api.live;

import org.jspecify.annotations.NullMarked;
