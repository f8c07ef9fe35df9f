package io.headrace;

/**
 * What fences a write under a lease: the broker accepts the write only while the entry is held by this worker in this
 * delivery.
 *
 * @param entry the broker's address of the claimed entry; opaque to everybody else
 * @param worker who claimed it
 * @param deliveries how often the entry has been claimed without a verdict, this time included, from 1
 */
public record Token(String entry, WorkerId worker, int deliveries) {}
