package io.headrace.access;

import io.headrace.InvalidInput;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256, which stands for a secret, or for other bytes, wherever it is kept or compared. Immutable. */
public final class Digest {
    /** How many characters {@link #hex} has. */
    public static final int HEX_CHARS = 64;

    private final byte[] bytes;

    private Digest(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The digest of a text's characters in UTF-8. */
    public static Digest of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The digest of bytes, one after the other. */
    public static Digest of(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return new Digest(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Reads 64 hexadecimal digits.
     *
     * @throws InvalidInput when it is anything else; the message does not show it
     */
    public static Digest ofHex(String hex) {
        if (!hex.matches("[0-9A-Fa-f]{" + HEX_CHARS + "}")) {
            throw new InvalidInput("sha256", "must be " + HEX_CHARS + " hexadecimal digits");
        }
        return new Digest(HexFormat.of().parseHex(hex));
    }

    /** A copy of its 32 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Lower-case hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    /** Takes the same time wherever two digests differ. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Digest d && MessageDigest.isEqual(bytes, d.bytes);
    }

    @Override
    public int hashCode() {
        return (bytes[0] & 0xff) << 24 | (bytes[1] & 0xff) << 16 | (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
    }

    /** Nothing of the digest: a weak secret could be guessed from it. */
    @Override
    public String toString() {
        return "Digest";
    }
}
