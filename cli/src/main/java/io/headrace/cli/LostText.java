package io.headrace.cli;

import io.headrace.cli.terminal.Format;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Text that did not survive the way into this process. The JVM reads arguments and environment in the encoding of the
 * locale, which in the C locale, that of cron, systemd and bare containers, is ASCII; it replaces what it cannot read.
 */
final class LostText {
    private static final char REPLACED = '\ufffd';

    private LostText() {}

    /**
     * Says which argument or setting was not read whole; empty when all were.
     *
     * @param encoding what the JVM reads them in, its property {@code sun.jnu.encoding}
     */
    static Optional<String> in(List<String> arguments, Map<String, String> environment, @Nullable String encoding) {
        if (encoding == null || StandardCharsets.UTF_8.equals(charset(encoding))) {
            return Optional.empty();
        }
        return arguments.stream().filter(LostText::replaced).findFirst()
                .map(argument -> "the argument '" + Format.cut(argument.replace(REPLACED, '?'), 60) + "'")
                .or(() -> environment.entrySet().stream()
                        .filter(variable -> variable.getKey().startsWith("HEADRACE_") && replaced(variable.getValue()))
                        .findFirst().map(Map.Entry::getKey))
                .map(what -> what + " holds characters that the locale's encoding, " + encoding
                        + ", does not have: set LC_ALL=C.UTF-8");
    }

    private static boolean replaced(String text) {
        return text.indexOf(REPLACED) >= 0;
    }

    private static @Nullable Charset charset(String encoding) {
        return Charset.isSupported(encoding) ? Charset.forName(encoding) : null;
    }
}
