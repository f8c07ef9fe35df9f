package io.headrace;

/** Something that is listened to until it is closed. Closing twice does nothing. */
public interface Subscription extends AutoCloseable {
    @Override
    void close();
}
