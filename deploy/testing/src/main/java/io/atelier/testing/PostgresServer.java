package io.atelier.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL server for tests and measurements, from binaries that come as a dependency. The server refuses to run as root; where the
 * library cannot change that, it is run as the user {@code nobody} with {@code setpriv}.
 */
public final class PostgresServer {
    /** What a test need not wait for. */
    private static final String FORGETFUL = "fsync=off";

    private static final String[] AS_NOBODY = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};

    private final int port;
    private final AutoCloseable stopping;
    private int databases;

    private PostgresServer(int port, AutoCloseable stopping) {
        this.port = port;
        this.stopping = stopping;
    }

    /** @throws IOException if it cannot run on this machine */
    static PostgresServer start() throws IOException, InterruptedException {
        return start(FORGETFUL);
    }

    /**
     * One that has every transaction on its disk before it answers, as those that matter do.
     *
     * @throws IOException if it cannot run on this machine
     */
    public static PostgresServer startDurable() throws IOException, InterruptedException {
        return start("fsync=on", "synchronous_commit=on");
    }

    /** @param settings each as {@code name=value} */
    private static PostgresServer start(String... settings) throws IOException, InterruptedException {
        try {
            EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder();
            for (String setting : settings) {
                builder.setServerConfig(setting.split("=")[0], setting.split("=")[1]);
            }
            EmbeddedPostgres embedded = builder.start();
            return new PostgresServer(embedded.getPort(), embedded::close);
        } catch (IllegalStateException e) {
            if (!System.getProperty("user.name").equals("root")) {
                throw new IOException(e);
            }
            return startAsNobody(settings);
        }
    }

    private static PostgresServer startAsNobody(String... settings) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("atelier-postgres");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path programs = unpack(folder.resolve("programs"));
        Path data = folder.resolve("data");
        run(
                programs.resolve("initdb").toString(),
                "-A",
                "trust",
                "-U",
                "postgres",
                "-E",
                "UTF-8",
                "-D",
                data.toString());
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String control = programs.resolve("pg_ctl").toString();
        String options = "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c "
                + String.join(" -c ", settings);
        run(control, "-D", data.toString(), "-o", options, "-l", folder + "/data/log", "-w", "start");
        return new PostgresServer(port, () -> {
            run(control, "-D", data.toString(), "-m", "immediate", "-w", "stop");
            delete(folder);
        });
    }

    /** The library unpacks its binaries before it finds out that it cannot start them. */
    private static Path unpack(Path folder) throws IOException {
        Files.createDirectories(folder);
        try (EmbeddedPostgres unexpected = EmbeddedPostgres.builder()
                .setOverrideWorkingDirectory(folder.toFile())
                .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
                .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
                .start()) {
            throw new IllegalStateException("PostgreSQL runs as root: " + unexpected);
        } catch (IllegalStateException expected) {
            try (Stream<Path> files = Files.walk(folder)) {
                return files.filter(file -> file.endsWith("bin/initdb"))
                        .findFirst()
                        .map(Path::getParent)
                        .orElseThrow(() -> new IOException("No PostgreSQL for this machine", expected));
            }
        }
    }

    private static void run(String... command) throws IOException, InterruptedException {
        List<String> asNobody = new ArrayList<>(List.of(AS_NOBODY));
        asNobody.addAll(List.of(command));
        Process process = new ProcessBuilder(asNobody)
                .directory(new File("/"))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("Does not run as nobody: " + command[0]);
        }
    }

    /** A database that nobody has used. */
    public synchronized Postgres.Database newDatabase() throws SQLException {
        String name = "test" + databases++;
        try (Connection connection = DriverManager.getConnection(url("postgres"), "postgres", "")) {
            connection.createStatement().execute("CREATE DATABASE " + name);
        }
        return new Postgres.Database(url(name), "postgres", "");
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    public void stop() throws Exception {
        stopping.close();
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = new ArrayList<>(files.toList());
        }
        java.util.Collections.reverse(all);
        for (Path file : all) {
            Files.delete(file);
        }
    }
}
