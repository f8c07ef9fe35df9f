package io.headrace.worker.handlers.http;

import io.headrace.config.Address;
import io.headrace.redaction.Secrets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What one request to a target shows of who sent it, read anew for it, and what of that no text may repeat. */
final class Credentials {
    /** A word of a path or of a header that is at least so long can be a token. */
    private static final int TOKEN_CHARS = 16;

    private final Signer signer;
    private final Map<String, String> headers;
    private final Secrets secrets;

    private Credentials(Signer signer, Map<String, String> headers, Secrets secrets) {
        this.signer = signer;
        this.headers = headers;
        this.secrets = secrets;
    }

    /** @throws IOException naming what cannot be read, or is no value for a header */
    static Credentials of(HttpTarget target) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        List<String> secrets = new ArrayList<>(ofAddress(target.address()));
        Optional<String> basic = target.address().basic();
        basic.ifPresent(value -> {
            headers.put("Authorization", value);
            secrets.add(value.substring(value.indexOf(' ') + 1));
        });
        for (Map.Entry<String, SecretText> header : target.headers().entrySet()) {
            SecretText.Read read = header.getValue().read();
            if (!SecretText.sendable(read.text())) {
                throw new IOException("has a value that is no printable ASCII for " + header.getKey());
            }
            headers.put(header.getKey(), read.text());
            secrets.addAll(read.secrets());
            secrets.addAll(tokens(read.text(), " "));
        }
        return new Credentials(new Signer(target.secrets()), headers, Secrets.of(secrets));
    }

    /** A path or a query may be the token itself. */
    private static List<String> ofAddress(Address address) {
        List<String> secrets = new ArrayList<>();
        Stream.of(address.user() == null ? "" : address.user(), address.password() == null ? "" : address.password())
                .forEach(secrets::add);
        String rest = address.rest();
        int query = rest.indexOf('?');
        if (query >= 0) {
            secrets.add(rest);
            for (String part : rest.substring(query + 1).split("&", -1)) {
                secrets.add(part.substring(part.indexOf('=') + 1));
            }
        }
        secrets.addAll(tokens(query < 0 ? rest : rest.substring(0, query), "/"));
        return secrets;
    }

    private static List<String> tokens(String text, String separator) {
        return Stream.of(text.split(separator, -1)).filter(word -> word.length() >= TOKEN_CHARS).toList();
    }

    /**
     * The headers to send.
     *
     * @param id of the job
     * @param time seconds since the epoch
     * @throws IOException when a secret cannot be read any more
     */
    Map<String, String> headers(String id, long time, byte[] body) throws IOException {
        if (!signer.signs()) {
            return headers;
        }
        Map<String, String> signed = new LinkedHashMap<>(headers);
        signed.put("webhook-id", id);
        signed.put("webhook-timestamp", Long.toString(time));
        signed.put("webhook-signature", signer.signature(id, time, body));
        return signed;
    }

    /** What an answer may repeat and nobody may see. */
    Secrets secrets() {
        return secrets;
    }
}
