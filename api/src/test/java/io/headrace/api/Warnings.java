package io.headrace.api;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What the log of this process warns of, from when it is made until it is closed. */
public final class Warnings implements AutoCloseable {
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    public Warnings() {
        log.start();
        root.addAppender(log);
    }

    /** The messages so far, errors among them. */
    public List<String> soFar() {
        return List.copyOf(log.list).stream().filter(line -> line.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Override
    public void close() {
        root.detachAppender(log);
    }
}
