/**
 * A job's path through Redis: submitted, claimed, renewed, ended and found, and who is woken for it. Not API: for the
 * broker, its operator's side and the doctor.
 */
@NullMarked
package io.headrace.redis.jobs;

import org.jspecify.annotations.NullMarked;
