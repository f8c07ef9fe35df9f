package io.headrace.bench;

import io.headrace.QueueName;
import io.headrace.bench.load.RawRedis;
import io.headrace.bench.process.Child;
import io.headrace.bench.process.CpuSeconds;
import io.headrace.redis.RedisBroker;
import io.headrace.worker.WorkerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Measures how fast workers empty a queue whose jobs do nothing, and how much CPU time that takes, beside bare reading,
 * acknowledging and deleting.
 */
final class Drain implements Scenario {
    static final String RAW = "raw: XREADGROUP, XACK, XDEL";
    private static final String RAW_CPU = "Redis CPU: raw";
    private static final String PACE = "jobs/s";
    /** Seconds of CPU. */
    private static final String CPU = "s/100k";
    private static final double CPU_JOBS = 100_000;

    private static final int DEFAULT_SLOTS = WorkerSettings.SLOTS.fallbackValue();
    /** How many slots most have, and where a second process has something to give. */
    private static final int FEW = 10;
    /** A worker runs for days, and its compilers are at work for its first half million jobs. */
    private static final int WARM_UPS = 5;

    private final String name;
    private final String title;
    /** Crews of a list are measured in turn, one list after the other. */
    private final List<List<Crew>> crews;

    private Drain(String name, String title, List<List<Crew>> crews) {
        this.name = name;
        this.title = title;
        this.crews = crews;
    }

    /** One worker process, and two where a slot is scarce. */
    static Drain byOne() {
        return new Drain("drain", "Run jobs that do nothing, from a filled queue",
                Stream.of(FEW, 25, 100, 200, 500, DEFAULT_SLOTS).distinct().sorted()
                        .map(slots -> slots == FEW ? List.of(new Crew(1, FEW), new Crew(2, FEW))
                                : List.of(new Crew(1, slots)))
                        .toList());
    }

    /** Two processes with many slots each, which need more than two cores. */
    static Drain byTwo() {
        return new Drain("drain-2", "Run jobs that do nothing, from a filled queue, by 2 worker processes",
                Stream.of(100, 200, 500).map(slots -> List.of(new Crew(2, slots))).toList());
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String title() {
        return title;
    }

    /**
     * Who empties a queue.
     *
     * @param processes each with so many slots
     */
    private record Crew(int processes, int slots) {
        String label() {
            return slots + " slots" + (processes > 1 ? ", " + processes + " processes"
                    : slots == DEFAULT_SLOTS ? " (default)" : "");
        }

        String redisCpu() {
            return "Redis CPU: " + label();
        }

        String workerCpu() {
            return "worker CPU: " + label();
        }
    }

    @Override
    public void run(BenchContext bench) throws Exception {
        RedisBroker broker = bench.broker();
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < crews.size(); i++) {
            figures.addAll(measure(bench, broker, crews.get(i),
                    new Rounds(bench).warmUps(WARM_UPS).part(i, crews.size())));
        }
        List<Crew> all = crews.stream().flatMap(List::stream).toList();
        bench.figure(Figure.of(RAW, PACE, values(figures, RAW)));
        all.forEach(crew -> bench.figure(named(figures, crew.label())));
        bench.figure(Figure.of(RAW_CPU, CPU, values(figures, RAW_CPU)));
        all.forEach(crew -> bench.figure(named(figures, crew.redisCpu())));
        all.forEach(crew -> bench.figure(named(figures, crew.workerCpu())));
        bench.note(
                "The queue is paused, filled and resumed; the time ends when Redis holds no unfinished job of it."
                        + " Worker processes stay through all runs."
                        + " Raw: 10 clients, 100 entries at a time, one XACK and one XDEL each.");
        bench.note("CPU: seconds of a core for 100,000 jobs, of the whole Redis and of all worker processes."
                + (bench.embedded() ? "" : " What others do on this Redis counts as well."));
    }

    private static List<Double> values(List<Figure> figures, String label) {
        return figures.stream().filter(it -> it.label().equals(label)).flatMap(it -> it.values().stream()).toList();
    }

    private static Figure named(List<Figure> figures, String label) {
        return figures.stream().filter(it -> it.label().equals(label)).findFirst().orElseThrow();
    }

    private static List<Figure> measure(BenchContext bench, RedisBroker broker, List<Crew> crews, Rounds rounds)
            throws Exception {
        List<Draining> drainings = new ArrayList<>();
        try {
            RawDraining raw = new RawDraining(bench, bench.jobs());
            rounds.add(RAW, PACE, raw::run).add(RAW_CPU, CPU, () -> raw.redisCpu);
            for (Crew crew : crews) {
                Draining draining = new Draining(bench, broker);
                drainings.add(draining);
                draining.start(crew);
                rounds.add(crew.label(), PACE, RAW, draining::run)
                        .add(crew.redisCpu(), CPU, RAW_CPU, () -> draining.used.redis())
                        .add(crew.workerCpu(), CPU, () -> draining.used.children());
            }
            return rounds.measure();
        } finally {
            for (Draining draining : drainings) {
                draining.end();
            }
        }
    }

    /** The least there is to do. */
    static final class RawDraining {
        private final BenchContext bench;
        private final int jobs;
        /** What the last run took for so many jobs, in seconds. */
        private double redisCpu;

        RawDraining(BenchContext bench, int jobs) {
            this.bench = bench;
            this.jobs = jobs;
        }

        /** @return jobs a second */
        double run() throws Exception {
            QueueName queue = bench.newQueue();
            RawRedis raw = new RawRedis(bench.probe(), queue, bench.payload().bytes());
            raw.add(jobs, RawRedis.CONNECTIONS);
            CpuSeconds before = CpuSeconds.of(List.of(), bench.probe(), queue);
            long nanos = raw.drain();
            redisCpu = CpuSeconds.of(List.of(), bench.probe(), queue).since(before).redis() / jobs * CPU_JOBS;
            bench.remove(queue);
            return jobs * 1e9 / nanos;
        }
    }

    /** A crew, its queue, which is paused between the runs, and what its last run took. */
    private static final class Draining {
        private final BenchContext bench;
        private final RedisBroker broker;
        private final FilledQueue queue;
        private final List<Child> workers = new ArrayList<>();
        /** For so many jobs. */
        private CpuSeconds used = new CpuSeconds(Double.NaN, Double.NaN);

        Draining(BenchContext bench, RedisBroker broker) {
            this.bench = bench;
            this.broker = broker;
            this.queue = new FilledQueue(bench, broker, bench.newQueue());
        }

        void start(Crew crew) throws Exception {
            broker.queues().pause(queue.name());
            for (int i = 0; i < crew.processes(); i++) {
                workers.add(bench.worker(queue.name(), crew.slots()));
            }
        }

        /** @return jobs a second */
        double run() throws Exception {
            queue.fill(bench.jobs());
            CpuSeconds before = cpu();
            long start = System.nanoTime();
            queue.resume();
            queue.awaitEmpty();
            long nanos = System.nanoTime() - start;
            used = cpu().since(before).times(CPU_JOBS / bench.jobs());
            broker.queues().pause(queue.name());
            return bench.jobs() * 1e9 / nanos;
        }

        private CpuSeconds cpu() {
            return CpuSeconds.of(workers, bench.probe(), queue.name());
        }

        void end() throws Exception {
            for (Child worker : workers) {
                worker.close();
            }
            bench.remove(queue.name());
        }
    }
}
