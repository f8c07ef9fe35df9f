package io.headrace.runtime;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** The user that this process runs as, by the number that the system knows users by. Not for Windows. */
public final class LocalUser {
    private static final long UID = new UnixSystem().getUid();

    private LocalUser() {}

    /** Its number; 0 is root. */
    public static long uid() {
        return UID;
    }

    /** Whether a file is its own; for a link, the link and not what it leads to. */
    public static boolean owns(Path file) throws IOException {
        return ownerOf(file) == UID;
    }

    /** The number of the user whose a file is; for a link, the link and not what it leads to. */
    public static long ownerOf(Path file) throws IOException {
        return ((Number) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS)).longValue();
    }
}
