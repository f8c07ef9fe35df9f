package io.headrace.cli.faults;

import io.headrace.JobHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/** Packs {@link NotingHandler} as users pack their handlers. */
final class Plugin {
    private Plugin() {}

    /** Creates the folder and the jar in it. */
    static Path folder(Path parent) throws IOException {
        Path folder = Files.createDirectories(parent.resolve("plugins"));
        try (OutputStream file = Files.newOutputStream(folder.resolve("noting.jar"));
                JarOutputStream jar = new JarOutputStream(file)) {
            jar.putNextEntry(new JarEntry("META-INF/services/" + JobHandler.class.getName()));
            jar.write(NotingHandler.class.getName().getBytes(StandardCharsets.UTF_8));
            for (Class<?> packed : List.of(NotingHandler.class, NotingHandler.Work.class)) {
                String name = packed.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new JarEntry(name));
                try (InputStream bytes = Objects
                        .requireNonNull(packed.getClassLoader().getResourceAsStream(name))) {
                    bytes.transferTo(jar);
                }
            }
        }
        return folder;
    }
}
