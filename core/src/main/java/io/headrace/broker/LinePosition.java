package io.headrace.broker;

/**
 * Where a job stands in line.
 *
 * @param ahead how many jobs of the same priority are handed out before it
 * @param approximate whether that is an estimate
 */
public record LinePosition(long ahead, boolean approximate) {}
