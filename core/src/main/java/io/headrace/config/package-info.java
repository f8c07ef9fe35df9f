/**
 * Settings, meters and addresses, each declared once. All modules call it. Not API.
 */
@NullMarked
package io.headrace.config;

import org.jspecify.annotations.NullMarked;
