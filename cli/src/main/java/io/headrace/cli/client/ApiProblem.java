package io.headrace.cli.client;

import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.Format;
import io.headrace.config.Address;
import java.io.IOException;

/** Turns an answer of RFC 9457 into the line that a person reads. */
public final class ApiProblem {
    private ApiProblem() {}

    public static CommandFailed of(int status, byte[] body, Address base) {
        String line = line(body);
        if (line.isEmpty()) {
            line = base + " answered with HTTP " + status + " and no explanation";
        }
        if (status == 401 || status == 403) {
            line += "\n  Put a key with enough rights into HEADRACE_API_KEY.";
        }
        String field = invalidField(body);
        if (!field.isEmpty()) {
            return CommandFailed.refused(field, line);
        }
        return status == 503 ? CommandFailed.unreachable(line, null) : CommandFailed.failed(line);
    }

    private static String invalidField(byte[] body) {
        try {
            JsonTree problem = JsonTree.parse(body);
            return problem.at("type").text().endsWith("/invalid-field") ? problem.at("field").text() : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** A problem inside an answer, as the end of the command. */
    public static CommandFailed of(JsonTree problem, String before) {
        String line = before + line(problem);
        return problem.at("status").number() == 503 ? CommandFailed.unreachable(line, null)
                : CommandFailed.failed(line);
    }

    /**
     * The detail, and the field to blame when the detail does not name it; empty when the body is no problem document.
     */
    public static String line(byte[] body) {
        try {
            return line(JsonTree.parse(body));
        } catch (IOException e) {
            return "";
        }
    }

    public static String line(JsonTree problem) {
        String detail = problem.at("detail").maybe().orElse(problem.at("title").text());
        String field = problem.at("field").text();
        return Format.plain(field.isEmpty() || detail.contains(field) ? detail : field + ": " + detail);
    }
}
