package io.headrace.cli.pages;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * The Java of a Markdown page as one program, in the order of the page: what a block declares at its left margin as a
 * class is one, records are the program's, and the statements of all blocks are one method, so that each block knows
 * what those before it have made.
 */
final class JavaPage {
    /** The class whose {@code main} runs the statements. */
    static final String PROGRAM = "JavaPageProgram";

    private static final Pattern BLOCK = Pattern.compile("(?m)^```java\\n(.*?)^```$", Pattern.DOTALL);
    private static final Pattern CLASS = Pattern.compile("(?m)^(?:public )?(?:final )?class (\\w+)");
    private static final Pattern RECORD = Pattern.compile("(?m)^(?:public )?(record (?:.*?)(?:\\{}$|^}$))",
            Pattern.DOTALL);

    private final List<String> blocks;
    private final Map<String, String> sources = new LinkedHashMap<>();

    JavaPage(List<String> blocks) {
        this.blocks = blocks;
        Set<String> imports = new LinkedHashSet<>();
        StringBuilder records = new StringBuilder();
        StringBuilder statements = new StringBuilder();
        for (String block : blocks) {
            Matcher named = CLASS.matcher(block);
            if (named.find()) {
                sources.put(named.group(1), block);
                continue;
            }
            block.lines().filter(line -> line.startsWith("import ")).forEach(imports::add);
            String code = String.join("\n", block.lines().filter(line -> !line.startsWith("import ")).toList());
            Matcher record = RECORD.matcher(code);
            record.results().forEach(found -> records.append("    ").append(found.group(1)).append('\n'));
            statements.append(record.replaceAll("")).append('\n');
        }
        sources.put(PROGRAM, String.join("\n", imports) + "\npublic class " + PROGRAM + " {\n" + records
                + "    public static void main(String... args) throws Exception {\n" + statements + "    }\n}\n");
    }

    /** The blocks of a page that are Java, from a heading on if one is given. */
    static JavaPage read(Path page, String... heading) throws IOException {
        String text = Files.readString(page);
        for (String from : heading) {
            int at = text.indexOf("\n" + from + "\n");
            if (at < 0) {
                throw new IOException(page + " has no " + from);
            }
            int end = text.indexOf("\n## ", at + 1);
            text = text.substring(at, end < 0 ? text.length() : end);
        }
        return new JavaPage(BLOCK.matcher(text).results().map(found -> found.group(1)).toList());
    }

    /** The same page where one address stands for another. */
    JavaPage with(String address, String other) {
        return new JavaPage(blocks.stream().map(block -> block.replace(address, other)).toList());
    }

    List<String> blocks() {
        return blocks;
    }

    /** Names of the classes that blocks declare, without the program. */
    Set<String> classes() {
        Set<String> names = new LinkedHashSet<>(sources.keySet());
        names.remove(PROGRAM);
        return names;
    }

    /**
     * Compiles all of it.
     *
     * @return what the compiler complains of; nothing when the classes lie in the folder
     */
    String compile(Path folder) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, code) -> files.add(new Source(name, code)));
        compiler.getTask(complaints, null, null, List.of("--release", "17", "-proc:none", "-d", folder.toString(),
                "-classpath", System.getProperty("java.class.path")), null, files).call();
        return complaints.toString();
    }

    static URLClassLoader classes(Path folder) throws IOException {
        return new URLClassLoader(Stream.of(folder.toUri().toURL()).toArray(URL[]::new),
                JavaPage.class.getClassLoader());
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String code;

        Source(String name, String code) {
            super(URI.create("string:///" + name + Kind.SOURCE.extension), Kind.SOURCE);
            this.code = code;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return code;
        }
    }
}
