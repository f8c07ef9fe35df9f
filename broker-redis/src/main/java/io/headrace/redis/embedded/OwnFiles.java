package io.headrace.redis.embedded;

import io.headrace.runtime.LocalUser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and folders that only the user of this process can read and write. What lies at their place already is taken
 * only when it is the user's own and no link: another user may have put it there.
 */
final class OwnFiles {
    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OTHERS_WRITE = Set.of(PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_WRITE);

    private OwnFiles() {}

    /**
     * Makes a folder, with those above it, unless it is there.
     *
     * @return its true path
     * @throws IOException when it, or a link in its place, belongs to another user, or cannot be made
     */
    static Path folder(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = folder.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.createDirectory(folder, attribute(FOLDER));
        }
        checkOwner(folder);
        Path real = folder.toRealPath();
        checkOwner(real);
        if (!Files.isDirectory(real)) {
            throw new IOException(real + " is no folder");
        }
        return real;
    }

    /** Takes a folder of one's own away from all others. */
    static void close(Path folder) throws IOException {
        if (!Files.getPosixFilePermissions(folder).equals(FOLDER)) {
            Files.setPosixFilePermissions(folder, FOLDER);
        }
    }

    /** Whether others, too, may put files there. */
    static boolean othersWrite(Path folder) throws IOException {
        return Files.getPosixFilePermissions(folder).stream().anyMatch(OTHERS_WRITE::contains);
    }

    /**
     * Takes a file away from all others, if it is there.
     *
     * @throws IOException when it is a link or another user's
     */
    static void closeFile(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            check(file);
            if (!Files.getPosixFilePermissions(file).equals(FILE)) {
                Files.setPosixFilePermissions(file, FILE);
            }
        }
    }

    /** @throws IOException when there is such a thing and it is no plain file, or another user's */
    static void check(Path file) throws IOException {
        checkOwner(file);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is a link or no plain file; remove it or choose another folder");
        }
    }

    private static void checkOwner(Path place) throws IOException {
        if (!LocalUser.owns(place)) {
            throw new IOException(place + " belongs to another user (uid " + LocalUser.ownerOf(place) + ", this is uid "
                    + LocalUser.uid() + "); choose a folder of your own");
        }
    }

    /** Opens a file for reading and writing, which is new or one's own. */
    static FileChannel open(Path file) throws IOException {
        closeFile(file);
        return FileChannel.open(file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS), attribute(FILE));
    }

    /** Writes a text as the whole of a file. */
    static void write(Path file, String text) throws IOException {
        try (FileChannel channel = open(file)) {
            channel.truncate(0);
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> attribute(Set<PosixFilePermission> permissions) {
        return PosixFilePermissions.asFileAttribute(permissions);
    }
}
