package com.example.orders;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What a customer asks for; the payload of the job as well as the body of the request. */
public record Order(String id, Instant placedAt, List<String> items, Optional<String> note) {}
