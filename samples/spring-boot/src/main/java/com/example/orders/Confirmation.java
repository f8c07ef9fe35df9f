package com.example.orders;

/** What the customer is told. */
public record Confirmation(String order, int items) {}
