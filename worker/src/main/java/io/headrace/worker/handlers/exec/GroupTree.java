package io.headrace.worker.handlers.exec;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processes of a command where they carry no marks: its process group, if it has one of its own, and its
 * descendants as long as they have not been left behind by a parent that ended. Immutable.
 */
final class GroupTree implements ChildTree {
    private final Process command;
    private final boolean ownGroup;

    /** @param ownGroup whether the command leads a process group */
    GroupTree(Process command, boolean ownGroup) {
        this.command = command;
        this.ownGroup = ownGroup;
    }

    @Override
    public boolean signal(Signal signal, long asOf) {
        List<ProcessHandle> tree = Stream.concat(command.descendants(), Stream.of(command.toHandle()))
                .filter(ProcessHandle::isAlive).toList();
        boolean group = ownGroup && shell("kill -s " + word(signal) + " -- -" + command.pid());
        if (signal != Signal.NONE) {
            tree.forEach(signal == Signal.KILL ? ProcessHandle::destroyForcibly : ProcessHandle::destroy);
        }
        return group || !tree.isEmpty();
    }

    @Override
    public String name() {
        return "group=" + command.pid();
    }

    private static String word(Signal signal) {
        return signal == Signal.NONE ? "0" : signal.name();
    }

    private static boolean shell(String line) {
        boolean interrupted = Thread.interrupted();
        try {
            Process helper = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return helper.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            interrupted = true;
            return false;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
