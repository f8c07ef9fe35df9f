package io.headrace.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of the repository as they lie on disk, without what builds leave behind. */
final class Sources {
    private static final Path ROOT = Path.of("..");
    private static final Set<String> NOT_OURS = Set.of("target", ".git", "node_modules", ".idea");
    private static final String PACKAGE_INFO = "package-info.java";

    private Sources() {}

    /** One file, by its path from the root of the repository. */
    record Source(Path path, List<String> lines) {
        boolean hasEnding(String ending) {
            return path.toString().endsWith(ending);
        }

        String simpleName() {
            String file = path.getFileName().toString();
            return file.substring(0, file.indexOf('.'));
        }
    }

    static List<Source> ending(String ending) {
        List<Source> found = new ArrayList<>();
        try {
            Files.walkFileTree(ROOT, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                    return NOT_OURS.contains(folder.getFileName().toString())
                            ? FileVisitResult.SKIP_SUBTREE
                            : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (file.toString().endsWith(ending)) {
                        found.add(new Source(ROOT.relativize(file), Files.readAllLines(file)));
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Java files that hold types, by the folder of their package. */
    static Map<Path, List<Source>> rooms() {
        Map<Path, List<Source>> rooms = new TreeMap<>();
        types().forEach(it -> rooms.computeIfAbsent(it.path().getParent(), any -> new ArrayList<>()).add(it));
        return rooms;
    }

    static Stream<Source> types() {
        return ending(".java").stream().filter(it -> !it.hasEnding(PACKAGE_INFO));
    }
}
