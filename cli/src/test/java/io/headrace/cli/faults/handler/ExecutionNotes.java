package io.headrace.cli.faults.handler;

import io.headrace.JobId;
import io.headrace.contract.history.Execution;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the handlers noted, by the worker that ran them. Used by one thread. */
public final class ExecutionNotes {
    private final Path folder;
    private final Map<String, String> workerOfName = new HashMap<>();

    public ExecutionNotes(Path folder) {
        this.folder = folder;
    }

    /** @param atMs by the clock of the process that noted it */
    public record Note(Execution run, long atMs) {}

    /** The value of {@link NotingHandler#NOTES} for a process. */
    public String file(String process) {
        return folder.resolve(process).toString();
    }

    /** Says which worker ran in a process. */
    public void named(String process, String worker) {
        workerOfName.put(process, worker);
    }

    /** The worker that ran in a process. */
    public String worker(String process) {
        return String.valueOf(workerOfName.get(process));
    }

    public List<Note> started(String process) throws IOException {
        return read(process, ".started");
    }

    public List<Note> failed(String process) throws IOException {
        return read(process, ".failed");
    }

    public List<Note> completed(String process) throws IOException {
        return read(process, ".completed");
    }

    public List<Note> started() throws IOException {
        return all(".started");
    }

    public List<Note> completed() throws IOException {
        return all(".completed");
    }

    public static List<Execution> runs(List<Note> notes) {
        return notes.stream().map(Note::run).toList();
    }

    private List<Note> all(String ending) throws IOException {
        List<Note> all = new ArrayList<>();
        for (String process : workerOfName.keySet()) {
            all.addAll(read(process, ending));
        }
        return all;
    }

    private List<Note> read(String process, String ending) throws IOException {
        Path file = folder.resolve(process + ending);
        if (!Files.exists(file)) {
            return List.of();
        }
        String text = Files.readString(file);
        List<Note> notes = new ArrayList<>();
        String whole = text.substring(0, text.lastIndexOf('\n') + 1); // the last may have been cut by a kill
        whole.lines().forEach(line -> {
            String[] words = line.split(" ", -1);
            notes.add(new Note(new Execution(JobId.parse(words[0]), Integer.parseInt(words[1]), worker(process)),
                    Long.parseLong(words[2])));
        });
        return notes;
    }
}
