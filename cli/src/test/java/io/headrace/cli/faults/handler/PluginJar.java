package io.headrace.cli.faults.handler;

import io.headrace.JobHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Packs a handler as users pack theirs. */
public final class PluginJar {
    private PluginJar() {}

    /** Creates the folder and the jar of {@link NotingHandler} in it. */
    public static Path folder(Path parent) throws IOException {
        return folder(parent, NotingHandler.class, NotingHandler.Work.class);
    }

    /**
     * Creates the folder and a jar in it.
     *
     * @param handler public, with a public constructor that takes nothing
     * @param more classes that it needs
     */
    public static Path folder(Path parent, Class<? extends JobHandler<?>> handler, Class<?>... more)
            throws IOException {
        Path folder = Files.createDirectories(parent.resolve("plugins"));
        List<Class<?>> packed = new ArrayList<>(List.of(more));
        packed.add(handler);
        try (OutputStream file = Files.newOutputStream(folder.resolve("handler.jar"));
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.putNextEntry(new JarEntry("META-INF/services/" + JobHandler.class.getName()));
            jar.write(handler.getName().getBytes(StandardCharsets.UTF_8));
            for (Class<?> each : packed) {
                String name = each.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream bytes = Objects.requireNonNull(each.getClassLoader().getResourceAsStream(name))) {
                    bytes.transferTo(jar);
                }
            }
        }
        return folder;
    }
}
