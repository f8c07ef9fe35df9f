package io.headrace.worker.handlers.http;

import io.headrace.InvalidInput;
import io.headrace.config.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where jobs are POSTed to, and what is sent along. A value may have parts that are kept elsewhere: {@code
 * {file:/path}}, read for each call, and {@code {env:NAME}}. Immutable.
 */
public final class HttpTarget {
    private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9a-zA-Z-]{1,100}");
    /** Headers of ours and of the protocol. */
    private static final Set<String> OURS = Set.of("content-type", "content-length", "host", "connection", "expect",
            "upgrade", "transfer-encoding", "idempotency-key", "traceparent", "webhook-id", "webhook-timestamp",
            "webhook-signature");

    private final Address address;
    private final Map<String, SecretText> headers;
    private final List<SecretText> secrets;

    private HttpTarget(Address address, Map<String, SecretText> headers, List<SecretText> secrets) {
        this.address = address;
        this.headers = headers;
        this.secrets = secrets;
    }

    /**
     * A target at an http or https address. User and password in it are sent as basic authentication.
     *
     * @throws InvalidInput when it is none; the message shows nothing of it
     */
    public static HttpTarget at(String url) {
        return new HttpTarget(Address.web("--http", url), Map.of(), List.of());
    }

    /**
     * This target, sent one more header.
     *
     * @throws InvalidInput when the name is none or is one that Headrace sends, or the value cannot be read
     */
    public HttpTarget header(String name, String value) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!NAME.matcher(name).matches()) {
            throw new InvalidInput("--http-header", "must have the name of a header before its colon");
        }
        boolean login = lower.equals("authorization") && address.basic().isPresent();
        if (OURS.contains(lower) || lower.startsWith("headrace-") || login) {
            throw new InvalidInput("--http-header", "must not be " + name + (login
                    ? ": the address has a user and a password already"
                    : ", which is not for you to set"));
        }
        if (headers.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
            throw new InvalidInput("--http-header", "must name each header of a target once, names " + name + " twice");
        }
        SecretText text = new SecretText("--http-header", value);
        if (!text.sendable()) {
            throw new InvalidInput("--http-header", "must have a value of printable ASCII for " + name);
        }
        Map<String, SecretText> more = new LinkedHashMap<>(headers);
        more.put(name, text);
        return new HttpTarget(address, more, secrets);
    }

    /**
     * This target, its requests signed as Standard Webhooks says. With several secrets each request has the signatures
     * of all.
     *
     * @param secret {@code {file:…}} or {@code {env:…}}, which holds {@code whsec_} and the Base64 of 24 to 64 bytes
     * @throws InvalidInput when it is no such place, or holds none
     */
    public HttpTarget signedWith(String secret) {
        SecretText text = new SecretText("--http-secret", secret);
        if (!text.elsewhere()) {
            throw new InvalidInput("--http-secret",
                    "must be {file:/path} or {env:NAME}: others can see what stands on a command line");
        }
        try {
            Signer.check(text.read().text());
        } catch (IOException e) {
            throw new InvalidInput("--http-secret", String.valueOf(e.getMessage()));
        }
        List<SecretText> more = new ArrayList<>(secrets);
        more.add(text);
        return new HttpTarget(address, headers, more);
    }

    Address address() {
        return address;
    }

    Map<String, SecretText> headers() {
        return headers;
    }

    List<SecretText> secrets() {
        return secrets;
    }

    /** Scheme, host and port: the rest may be secret. */
    @Override
    public String toString() {
        return address.toString();
    }
}
