package com.example.orders;

import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobType;
import io.headrace.PermanentFailure;
import org.springframework.stereotype.Component;

/** Confirms one order. It may be called twice for the same one, so the confirmation must be the same. */
@Component
class ConfirmOrder implements JobHandler<Order> {
    static final String TYPE = "confirm-order";

    @Override
    public JobType type() {
        return new JobType(TYPE);
    }

    @Override
    public Class<Order> payloadType() {
        return Order.class;
    }

    @Override
    public Confirmation run(Order order, JobContext context) throws PermanentFailure {
        if (order.items().isEmpty()) {
            throw new PermanentFailure("order " + order.id() + " asks for nothing");
        }
        context.log("confirming " + order.items().size() + " items" + order.note().map(note -> ", " + note).orElse(""));
        return new Confirmation(order.id(), order.items().size());
    }
}
