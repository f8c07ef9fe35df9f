package io.headrace.runtime;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which {@code Host} headers name this machine itself, for servers that only programs on it may ask: a browser on it
 * sends what pages of the whole web ask of it, and a name that was made to lead here (DNS rebinding) is all that gives
 * them away.
 */
public final class OwnHost {
    private static final Pattern ADDRESS = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]+]");

    private OwnHost() {}

    /**
     * Whether a header is {@code localhost}, a name below it, or an address in numbers, with or without a port.
     *
     * @param header null where there is none, as in HTTP/1.0, which no browser speaks
     */
    public static boolean isIn(@Nullable String header) {
        if (header == null) {
            return true;
        }
        int colon = header.lastIndexOf(':');
        String host = (colon > header.lastIndexOf(']') ? header.substring(0, colon) : header).toLowerCase(Locale.ROOT);
        return host.equals("localhost") || host.endsWith(".localhost") || ADDRESS.matcher(host).matches();
    }
}
