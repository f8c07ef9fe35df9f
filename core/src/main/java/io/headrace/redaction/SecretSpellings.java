package io.headrace.redaction;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The ways in which programs write a value that {@link UnescapedText} does not undo: in other encodings, as Base64, as
 * another form of a number, line by line. What is shorter than {@link Secrets#MIN_CHARS} is left out. Not thread-safe.
 */
final class SecretSpellings {
    private static final int MIN_LINE = 8;
    /** Shorter pieces of Base64 stand in texts by chance. */
    private static final int MIN_BASE64 = 6;
    /** Numbers with more digits or zeros than this are looked for as they were sent. */
    private static final int MAX_DIGITS = 40;

    private final Set<String> found = new LinkedHashSet<>();

    /** @param sent the value as its sender wrote it, without quotes: what is looked for as Base64 as well */
    void text(String value, String sent) {
        spell(value);
        base64(value);
        base64(sent);
        if (value.indexOf('\n') >= 0) {
            value.lines().map(String::strip).filter(line -> line.length() >= MIN_LINE).forEach(this::spell);
        }
    }

    void number(String sent) {
        keep(sent);
        try {
            forms(new BigDecimal(sent));
        } catch (NumberFormatException e) {
            // its exponent is beyond everything: nobody writes it in another way
        }
    }

    private void forms(BigDecimal number) {
        if (number.precision() <= MAX_DIGITS && Math.abs((long) number.scale()) <= MAX_DIGITS) {
            keep(number.toPlainString());
            keep(number.stripTrailingZeros().toPlainString());
            keep(Double.toString(number.doubleValue()));
        }
    }

    Set<String> found() {
        return found;
    }

    private void spell(String value) {
        for (UnescapedText reading : UnescapedText.all(value)) {
            keep(reading.text());
        }
        if (value.indexOf(' ') >= 0) {
            keep(value.replace(' ', '+')); // as forms are sent
        }
        if (value.chars().anyMatch(c -> c > 0x7f)) {
            keep(value.replaceAll("[^\\x00-\\x7f]", "\ufffd")); // another encoding read as UTF-8
            keep(value.replaceAll("[^\\x00-\\x7f]", "?")); // an encoding that lacks the character
            keep(new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
        }
    }

    /** The characters of Base64 that the value alone decides, whatever stands before and after it. */
    private void base64(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        if (value.length() < Secrets.MIN_CHARS) {
            return;
        }
        for (int before = 0; before < 3; before++) {
            byte[] padded = new byte[before + utf8.length];
            System.arraycopy(utf8, 0, padded, before, utf8.length);
            int from = (before * 8 + 5) / 6;
            int to = padded.length * 8 / 6;
            if (to - from >= MIN_BASE64 || (before == 0 && to - from >= Secrets.MIN_CHARS)) {
                for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
                    String encoded = encoder.encodeToString(padded);
                    keep(encoded.substring(from, to));
                    keep(encoded.substring(from)); // where it is the last of what was encoded
                }
            }
        }
    }

    private void keep(String spelling) {
        if (spelling.length() >= Secrets.MIN_CHARS && !spelling.equals(Redactor.PLACEHOLDER)) {
            found.add(spelling);
        }
    }
}
