package io.headrace.worker.handlers;

import io.headrace.InvalidInput;
import io.headrace.JobHandler;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handlers from jars: each jar of the folder has a class loader of its own, so that two plugins may bring different
 * versions of a library, and says in {@code META-INF/services/io.headrace.JobHandler} which handlers it holds.
 */
public final class PluginFolder {
    private static final Logger log = LoggerFactory.getLogger(PluginFolder.class);

    private PluginFolder() {}

    /**
     * Loads every jar of the folder, in the order of their names.
     *
     * @throws InvalidInput when the folder cannot be read, a jar holds no handler, or a handler cannot be made
     */
    public static List<Handlers.Registered> load(Path folder) {
        List<Path> jars = jars(folder);
        if (jars.isEmpty()) {
            log.warn("the folder of plugins holds no jars, so they add no handlers folder={}",
                    folder.toAbsolutePath().normalize());
        }
        List<Handlers.Registered> all = new ArrayList<>();
        for (Path jar : jars) {
            all.addAll(loadJar(jar));
        }
        return all;
    }

    private static List<Path> jars(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InvalidInput("plugins", "must be a folder that exists, was '" + folder + "'");
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
        } catch (IOException e) {
            throw new InvalidInput("plugins", "cannot be read: " + e);
        }
    }

    private static List<Handlers.Registered> loadJar(Path jar) {
        URLClassLoader loader = new URLClassLoader("plugin " + jar.getFileName(), new URL[]{url(jar)},
                PluginFolder.class.getClassLoader());
        List<Handlers.Registered> found = new ArrayList<>();
        try {
            for (JobHandler<?> handler : ServiceLoader.load(JobHandler.class, loader)) {
                if (handler.getClass().getClassLoader() == loader) {
                    String source = handler.getClass().getName() + " of " + jar.getFileName();
                    found.add(new Handlers.Registered(handler, source, loader));
                }
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new InvalidInput("plugins", "hold a handler that cannot be loaded, in " + jar + ": "
                    + e.getMessage());
        }
        if (found.isEmpty()) {
            throw new InvalidInput("plugins", "must hold handlers, and " + jar
                    + " names none in META-INF/services/io.headrace.JobHandler");
        }
        return found;
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new InvalidInput("plugins", "cannot be read: " + e);
        }
    }
}
