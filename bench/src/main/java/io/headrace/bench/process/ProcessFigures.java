package io.headrace.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the operating system says of a process. What it does not say is NaN: all but the CPU time is known on Linux
 * only.
 *
 * @param cpuSeconds used since its start
 * @param residentBytes memory it holds
 * @param sockets open ones, those that listen included
 */
public record ProcessFigures(double cpuSeconds, double residentBytes, double sockets) {
    private static final int BYTES_IN_KB = 1024;

    public static ProcessFigures of(ProcessHandle process) {
        Path folder = Path.of("/proc", Long.toString(process.pid()));
        return new ProcessFigures(
                process.info().totalCpuDuration().map(ProcessFigures::seconds).orElse(Double.NaN),
                resident(folder.resolve("status")), sockets(folder.resolve("fd")));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static double resident(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:")).findFirst()
                    .map(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) * BYTES_IN_KB).orElse(Double.NaN);
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    private static double sockets(Path descriptors) {
        try (Stream<Path> open = Files.list(descriptors)) {
            List<Path> all = open.toList();
            return all.stream().filter(ProcessFigures::isSocket).count();
        } catch (IOException e) {
            return Double.NaN;
        }
    }

    /** A descriptor may be closed between listing and looking. */
    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false;
        }
    }
}
