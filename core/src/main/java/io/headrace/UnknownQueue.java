package io.headrace;

/** No queue of that name exists, and this broker does not create queues on first use. Nothing was stored. */
public final class UnknownQueue extends HeadraceException {
    private static final long serialVersionUID = 1L;

    public UnknownQueue(QueueName queue) {
        super("there is no queue '" + queue + "'", null);
    }
}
