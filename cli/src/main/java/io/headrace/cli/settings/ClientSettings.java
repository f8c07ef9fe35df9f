package io.headrace.cli.settings;

import io.headrace.config.Setting;
import java.util.List;

/** What can be configured about the command itself. */
public final class ClientSettings {
    public static final Setting<String> API = Setting.text("api", "http://127.0.0.1:8080", "an http or https URL",
            "The address of the API that client commands talk to.");
    public static final Setting<String> API_KEY = Setting.text("api.key", "", "one of the keys in api.keys, or empty",
            "The key that client commands send.");
    public static final Setting<String> LOG_LEVEL = Setting.text("log.level", "INFO",
            "TRACE, DEBUG, INFO, WARN or ERROR",
            "What dev, api and worker write to stderr; client commands log nothing.");

    /** All of them, in the order of the documentation. */
    static final List<Setting<?>> ALL = List.of(API, API_KEY, LOG_LEVEL);

    private ClientSettings() {}
}
