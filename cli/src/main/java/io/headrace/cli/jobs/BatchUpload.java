package io.headrace.cli.jobs;

import io.headrace.QueueName;
import io.headrace.cli.client.ApiAnswer;
import io.headrace.cli.client.ApiClient;
import io.headrace.cli.client.ApiProblem;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.CommandFailed;
import io.headrace.cli.terminal.CommandProgress;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import io.headrace.cli.terminal.Utf8;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sends a file of jobs in slices, so that memory stays bounded at both ends, progress counts what is stored, and a
 * broken connection leaves only one slice in doubt. Used once, by one thread.
 */
final class BatchUpload {
    private static final int SLICE_LINES = 2_000;
    private static final int SLICE_BYTES = 4 * 1024 * 1024;
    private static final int COMPLAINTS_SHOWN = 20;

    private final ApiClient client;
    private final QueueName queue;
    private final Terminal terminal;
    private final boolean json;
    private final ByteArrayOutputStream slice = new ByteArrayOutputStream();
    /** The number in the file of each line of the slice: blank lines are left out. */
    private final List<Long> lineNumbers = new ArrayList<>();
    private final Map<String, String> headers;
    /** How many lines of the file have been read. */
    private long number;
    private long accepted;
    private long duplicates;
    private long rejected;
    /** Whether an item has been written to the one JSON document that {@code -o json} prints. */
    private boolean itemWritten;

    /** @param preferences headers that the jobs are sent with */
    BatchUpload(ApiClient client, QueueName queue, Map<String, String> preferences, Terminal terminal, boolean json) {
        this.headers = new HashMap<>(preferences);
        headers.put("Content-Type", "application/x-ndjson");
        this.client = client;
        this.queue = queue;
        this.terminal = terminal;
        this.json = json;
    }

    /** @param file {@code -} for stdin */
    int send(String file) {
        long start = System.nanoTime();
        try (CommandProgress progress = CommandProgress.ofBytes(terminal, "enqueue", size(file));
                BufferedReader lines = Utf8.lines(open(file))) {
            if (json) {
                terminal.out().print("{\"items\":[");
            }
            long bytes = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                byte[] utf8 = line.strip().getBytes(StandardCharsets.UTF_8);
                bytes += utf8.length + 1L;
                if (utf8.length > 0) {
                    slice.writeBytes(utf8);
                    slice.write('\n');
                    lineNumbers.add(number);
                }
                if (lineNumbers.size() >= SLICE_LINES || slice.size() >= SLICE_BYTES) {
                    flush();
                    progress.to(bytes, Format.jobs(accepted));
                }
            }
            flush();
            progress.to(bytes, Format.jobs(accepted));
        } catch (CharacterCodingException e) {
            throw unreadable(file, "what stands behind line " + number + " is not UTF-8");
        } catch (IOException e) {
            throw unreadable(file, Format.reason(e));
        }
        finish(start);
        return rejected == 0 ? ExitCode.DONE : ExitCode.FAILED;
    }

    private CommandFailed unreadable(String file, String why) {
        finishJson();
        return CommandFailed.failed("cannot read " + file + ": " + why + "; before that " + Format.jobs(accepted)
                + " were accepted");
    }

    private void finish(long start) {
        finishJson();
        double seconds = Math.max(0.001, (System.nanoTime() - start) / 1e9);
        terminal.say(String.format(java.util.Locale.ROOT, "accepted %d of %s in %.1f s%s", accepted,
                Format.jobs(accepted + rejected), seconds, duplicates == 0 ? ""
                        : "; of these " + duplicates + " were there already, by their unique keys"));
    }

    private static InputStream openFile(String file) throws IOException {
        return Files.newInputStream(Path.of(file));
    }

    private InputStream open(String file) throws IOException {
        return file.equals("-") ? terminal.in() : openFile(file);
    }

    private static long size(String file) {
        try {
            return file.equals("-") ? -1 : Files.size(Path.of(file));
        } catch (IOException e) {
            throw CommandFailed.usage("cannot read " + file + ": " + Format.reason(e));
        }
    }

    private void flush() {
        if (lineNumbers.isEmpty()) {
            return;
        }
        ApiAnswer answer;
        try {
            answer = client.post("/v1/queues/" + queue + "/jobs:batch", slice.toByteArray(), headers);
        } catch (CommandFailed e) {
            finishJson();
            terminal.say("lines " + lineNumbers.get(0) + " to " + lineNumbers.get(lineNumbers.size() - 1)
                    + " may or may not be stored; before them " + Format.jobs(accepted) + " were accepted");
            throw e;
        }
        List<JsonTree> items = answer.tree().at("items").items();
        for (int i = 0; i < items.size(); i++) {
            item(items.get(i), lineNumbers.get(Math.min(i, lineNumbers.size() - 1)));
        }
        if (items.size() != lineNumbers.size()) {
            stopped(items);
        }
        slice.reset();
        lineNumbers.clear();
    }

    /** The API stopped reading: its last item says why, and nothing from that line on was stored. */
    private void stopped(List<JsonTree> items) {
        JsonTree problem = items.isEmpty() ? JsonTree.ABSENT : items.get(items.size() - 1).at("problem");
        long line = lineNumbers.get(Math.max(0, Math.min(items.size(), lineNumbers.size()) - 1));
        finishJson();
        throw ApiProblem.of(problem, "stopped at line " + line + ", with " + Format.jobs(accepted) + " accepted: ");
    }

    private void item(JsonTree item, long line) {
        JsonTree problem = item.at("problem");
        if (problem.present()) {
            rejected++;
            complain(line, problem);
        } else {
            accepted++;
            duplicates += item.at("duplicate").flag() ? 1 : 0;
            if (!json && !terminal.outIsTty()) {
                terminal.out().println(item.at("id").text());
            }
        }
        if (json) {
            terminal.out().print((itemWritten ? "," : "")
                    + terminal.shown(problem.present() ? shifted(line, problem) : item.json()));
            itemWritten = true;
        }
    }

    /** A rejected item with its index in the whole file. */
    private static String shifted(long line, JsonTree problem) {
        return "{\"index\":" + (line - 1) + ",\"problem\":" + problem.json() + "}";
    }

    private void finishJson() {
        if (json) {
            terminal.out().println("],\"accepted\":" + accepted + ",\"rejected\":" + rejected + "}");
        }
    }

    private void complain(long line, JsonTree problem) {
        if (rejected <= COMPLAINTS_SHOWN) {
            terminal.say("line " + line + ": " + ApiProblem.line(problem));
        } else if (rejected == COMPLAINTS_SHOWN + 1) {
            terminal.say("… and more; -o json lists all");
        }
    }
}
