package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Reads server-sent events one by one as they come. */
public final class EventReader implements AutoCloseable {
    /** One event: its id, its name, its data. */
    public record Event(String id, String name, String data) {}

    private final Stream<String> body;
    private final Iterator<String> lines;

    public EventReader(HttpResponse<Stream<String>> response) {
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        body = response.body();
        lines = body.iterator();
    }

    /** The next event; all its parts are empty when the stream has ended. */
    public Event next() {
        List<String> block = new ArrayList<>();
        while (lines.hasNext()) {
            String line = lines.next();
            if (line.isEmpty() && !block.isEmpty()) {
                return new Event(field(block, "id"), field(block, "event"), field(block, "data"));
            }
            if (!line.isEmpty() && !line.startsWith(":")) {
                block.add(line);
            }
        }
        return new Event("", "", "");
    }

    public boolean ended() {
        return !lines.hasNext();
    }

    private static String field(List<String> block, String name) {
        return block.stream().filter(line -> line.startsWith(name + ": "))
                .map(line -> line.substring(name.length() + 2))
                .findFirst().orElseThrow();
    }

    /** Goes away. */
    @Override
    public void close() {
        body.close();
    }
}
