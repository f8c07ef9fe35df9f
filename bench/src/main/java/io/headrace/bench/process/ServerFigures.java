package io.headrace.bench.process;

import io.headrace.QueueName;
import io.headrace.redis.RedisProbe;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** What a Redis server says of itself at one moment. What it does not say is NaN. */
public final class ServerFigures {
    /** Of {@code INFO}: memory, clients, CPU time and keys, cheap enough to ask for between two measurements. */
    static final String[] SECTIONS = {"memory", "clients", "cpu", "stats", "keyspace"};

    private final Map<String, String> values = new HashMap<>();

    private ServerFigures(String info) {
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.put(line.substring(0, colon), line.substring(colon + 1));
            }
        });
    }

    /** Asks the server where the queue lies. */
    public static ServerFigures of(RedisProbe probe, QueueName queue) {
        return of(probe, queue, SECTIONS);
    }

    /** @param sections of {@code INFO} */
    public static ServerFigures of(RedisProbe probe, QueueName queue, String... sections) {
        try (Connection connection = probe.connection(queue)) {
            connection.sendCommand(Command.INFO, sections);
            return new ServerFigures(new String((byte[]) connection.getOne(), StandardCharsets.UTF_8));
        }
    }

    public double memoryBytes() {
        return number("used_memory");
    }

    public double residentBytes() {
        return number("used_memory_rss");
    }

    /** What it was told to use at most; 0 for no limit. */
    public double maxMemoryBytes() {
        return number("maxmemory");
    }

    /** Objects that a thread of its own has yet to free. */
    public double beingFreed() {
        return number("lazyfree_pending_objects");
    }

    /** The memory of its machine. */
    public double machineBytes() {
        return number("total_system_memory");
    }

    public double connections() {
        return number("connected_clients");
    }

    /** CPU time of the thread that runs commands, in seconds. */
    public double cpuSeconds() {
        double main = number("used_cpu_user_main_thread") + number("used_cpu_sys_main_thread");
        return Double.isNaN(main) ? processCpuSeconds() : main;
    }

    /** CPU time of the whole server, in seconds: of the threads that write files and free memory, too. */
    public double processCpuSeconds() {
        return number("used_cpu_user") + number("used_cpu_sys");
    }

    /** Commands so far, those within scripts included. */
    public double commands() {
        return number("total_commands_processed");
    }

    /** Keys of all databases. */
    public double keys() {
        return values.entrySet().stream().filter(entry -> entry.getKey().matches("db[0-9]+"))
                .mapToDouble(entry -> Double.parseDouble(entry.getValue().replaceFirst("keys=([0-9]+).*", "$1"))).sum();
    }

    /** How often each command has been called, by its name. */
    public Map<String, Long> calls() {
        Map<String, Long> calls = new HashMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith("cmdstat_")) {
                calls.put(name.substring("cmdstat_".length()),
                        Long.parseLong(value.replaceFirst("calls=([0-9]+).*", "$1")));
            }
        });
        return calls;
    }

    private double number(String name) {
        String text = values.get(name);
        return text == null ? Double.NaN : Double.parseDouble(text);
    }
}
