package io.headrace.contract.history;

import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.contract.process.RespStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the ground truth out of Redis's append-only file, where every write stands in the order in which it was carried
 * out, the writes of a script together: see {@code docs/redis-data-model.md} for the keys. The file must never have
 * been rewritten.
 */
public final class RedisHistory {
    private static final Pattern KEY = Pattern.compile("[^{]*\\{([^}]*)\\}:([a-z]+)(?::(.*))?");
    private static final Pattern ENTRY = Pattern.compile("[0-9]+-[0-9]+");

    private final LeaseHistory history = new LeaseHistory();
    /** The jobs of the entries that stand in each stream, which is named by queue and level, in their order. */
    private final Map<String, NavigableMap<Entry, JobId>> streams = new HashMap<>();

    private RedisHistory() {}

    /** An entry's id. */
    private record Entry(long millis, long sequence) implements Comparable<Entry> {
        private static final Comparator<Entry> ORDER = Comparator.comparingLong(Entry::millis)
                .thenComparingLong(Entry::sequence);

        static Entry of(String text) {
            int dash = text.indexOf('-');
            return new Entry(Long.parseLong(text, 0, dash, 10), Long.parseLong(text, dash + 1, text.length(), 10));
        }

        @Override
        public int compareTo(Entry other) {
            return ORDER.compare(this, other);
        }
    }

    /** A command, its words as text but for documents, which are never looked at before they are parsed. */
    private record Write(String name, String queue, String kind, @Nullable String rest, List<byte[]> words) {
        String word(int i) {
            return new String(words.get(i), StandardCharsets.UTF_8);
        }

        String level() {
            return String.valueOf(rest);
        }
    }

    /**
     * The history in a server's folder. A command that was being written when the server was killed is left out, as the
     * server itself does.
     */
    public static LeaseHistory read(Path folder) throws IOException {
        Path logs = folder.resolve("appendonlydir");
        RedisHistory reader = new RedisHistory();
        for (String line : Files.readAllLines(logs.resolve("appendonly.aof.manifest"))) {
            String[] words = line.split(" ", -1);
            try (InputStream in = Files.newInputStream(logs.resolve(words[1]))) {
                reader.read(new RespStream(in));
            }
        }
        return reader.history;
    }

    private void read(RespStream log) throws IOException {
        List<Write> transaction = null;
        while (!log.atEnd()) {
            List<byte[]> words;
            try {
                words = log.command();
            } catch (EOFException e) {
                return;
            }
            String name = new String(words.get(0), StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
            switch (name) {
                case "MULTI" -> transaction = new ArrayList<>();
                case "EXEC" -> {
                    apply(transaction == null ? List.of() : transaction);
                    transaction = null;
                }
                default -> {
                    Write write = write(name, words);
                    if (write == null) {
                        continue;
                    }
                    if (transaction == null) {
                        apply(List.of(write));
                    } else {
                        transaction.add(write);
                    }
                }
            }
        }
    }

    /** Null for what says nothing about a job. */
    private static @Nullable Write write(String name, List<byte[]> words) {
        if (words.size() < 2) {
            return null;
        }
        Matcher key = KEY.matcher(new String(words.get(1), StandardCharsets.UTF_8));
        return key.matches() ? new Write(name, key.group(1), key.group(2), key.group(3), words) : null;
    }

    /** What was written under leases is judged by who held them before; then the leases change. */
    private void apply(List<Write> writes) {
        Map<String, byte[]> documents = new HashMap<>();
        for (Write write : writes) {
            if (write.kind().equals("job") && (write.name().equals("SET") || write.name().equals("MSET"))) {
                int step = write.name().equals("SET") ? write.words().size() : 2;
                for (int i = 1; i + 1 < write.words().size(); i += step) {
                    String key = write.word(i);
                    documents.put(key.substring(key.indexOf(":job:") + 5), write.words().get(i + 1));
                }
            }
        }
        writes.forEach(write -> record(write, documents));
        documents.forEach(this::keptByItself);
        writes.forEach(this::lease);
    }

    private void record(Write write, Map<String, byte[]> documents) {
        if (write.name().equals("HSET") && write.kind().equals("finished")) {
            for (int i = 2; i + 1 < write.words().size(); i += 2) {
                ended(write.word(i), write.words().get(i + 1));
            }
        } else if (write.name().equals("ZADD")) {
            for (int i = 3; i < write.words().size(); i += 2) {
                byte[] document = documents.remove(write.word(i));
                if (document != null) {
                    atRest(write.kind(), JobId.parse(write.word(i)), JobDocument.parse(document));
                }
            }
        }
    }

    private void atRest(String index, JobId job, JobDocument document) {
        switch (index) {
            case "dead" -> history.ended(job, JobState.DEAD, document);
            case "scheduled" -> history.submitted(job);
            default -> history.putDown(job, document);
        }
    }

    /** A document without an index: of a finished job with a retention of its own. */
    private void keptByItself(String id, byte[] document) {
        ended(id, document);
    }

    private void ended(String id, byte[] bytes) {
        JobDocument document = JobDocument.parse(bytes);
        JobState outcome = document.history().outcome();
        if (outcome == null) {
            throw new IllegalStateException(id + " is finished without an outcome");
        }
        history.ended(JobId.parse(id), outcome, document);
    }

    private void lease(Write write) {
        if (write.kind().equals("ready")) {
            stream(write);
        }
    }

    private void stream(Write write) {
        NavigableMap<Entry, JobId> entries = streams.computeIfAbsent(write.queue() + ' ' + write.level(),
                stream -> new TreeMap<>());
        switch (write.name()) {
            case "XADD" -> added(write, entries);
            case "XDEL" -> {
                for (int i = 2; i < write.words().size(); i++) {
                    JobId job = entries.remove(Entry.of(write.word(i)));
                    if (job != null) {
                        history.surrendered(job);
                    }
                }
            }
            case "XTRIM" -> { // key MINID = entry, which is the one that our scripts write
                if (!write.word(2).equals("MINID")) {
                    throw new IllegalStateException("a ready stream was trimmed by " + write.word(2));
                }
                Map<Entry, JobId> trimmed = entries.headMap(Entry.of(write.word(4)), false);
                trimmed.values().forEach(history::surrendered);
                trimmed.clear();
            }
            case "XCLAIM" -> delivered(write, entries);
            default -> {
                // says nothing of who holds a job
            }
        }
    }

    private void added(Write write, Map<Entry, JobId> entries) {
        int at = 2;
        while (!ENTRY.matcher(write.word(at)).matches()) {
            at++;
        }
        JobId job = JobId.parse(write.word(at + 1).equals("id") ? write.word(at + 2)
                : write.queue() + '_' + write.level() + write.word(at));
        entries.put(Entry.of(write.word(at)), job);
        history.submitted(job);
    }

    /**
     * {@code XCLAIM key group consumer min-idle entry TIME ms RETRYCOUNT n …}: Redis writes down one for each entry
     * that it gave to a consumer, for the first time or again, or whose lease was renewed.
     */
    private void delivered(Write write, Map<Entry, JobId> entries) {
        JobId job = entries.get(Entry.of(write.word(5)));
        if (job == null) {
            return;
        }
        String consumer = write.word(3);
        if (consumer.equals("released")) {
            history.surrendered(job);
        } else {
            history.delivered(job, consumer, Integer.parseInt(write.word(9)));
        }
    }
}
