package io.headrace.cli.client;

import io.headrace.InvalidInput;
import io.headrace.cli.settings.ClientSettings;
import io.headrace.cli.settings.SettingNames;
import io.headrace.cli.terminal.Terminal;
import io.headrace.config.Address;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the API is. */
public class ApiAddress {
    @Option(names = "--api", paramLabel = "URL", description = {"Address of the API; default is HEADRACE_API, else",
        "http://127.0.0.1:8080. HEADRACE_API_KEY is sent along."})
    @Nullable
    String api;

    /** @throws InvalidInput when the environment holds a variable {@code HEADRACE_…} that no setting has */
    public ApiClient client(Terminal terminal) {
        SettingNames.refuseMisspelt(terminal.environment());
        String key = ClientSettings.API_KEY.from(terminal.environment()).strip();
        return new ApiClient(address(terminal), key.isEmpty() ? null : key);
    }

    /** The address that the calls go to. */
    public Address address(Terminal terminal) {
        return api != null ? parse("--api", api)
                : parse(ClientSettings.API.variable(), ClientSettings.API.from(terminal.environment()));
    }

    private static Address parse(String field, String text) {
        Address address = Address.web(field, text);
        if (address.basic().isPresent()) {
            throw new InvalidInput(field, "must have no user and no password; " + ClientSettings.API_KEY.variable()
                    + " holds the key");
        }
        if (address.rest().indexOf('?') >= 0) {
            throw new InvalidInput(field, "must have nothing behind a '?'");
        }
        return address;
    }
}
