package io.headrace.cli.client;

import picocli.CommandLine.Option;

/** Options of every command that prints an answer of the API. */
public final class ApiOptions extends ApiAddress {
    /** How results are written. */
    public enum Format {
        table, json
    }

    @Option(names = {"-o",
        "--output"}, paramLabel = "FORMAT", description = "table (the default) or json: what the API sent.")
    Format output = Format.table;

    public boolean json() {
        return output == Format.json;
    }
}
