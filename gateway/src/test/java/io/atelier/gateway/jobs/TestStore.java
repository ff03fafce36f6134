package io.atelier.gateway.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/** H2 with the gateway's schema, as the gateway itself opens it. */
final class TestStore {
    private static final String MODE = ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";

    private TestStore() {}

    static DataSource inMemory(String name) throws SQLException, IOException {
        return open("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1" + MODE);
    }

    private static DataSource open(String url) throws SQLException, IOException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                InputStream script = TestStore.class.getResourceAsStream("/db/migration/V1__generations.sql")) {
            statement.execute(new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (DataSource) Proxy.newProxyInstance(
                TestStore.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> DriverManager.getConnection(url));
    }
}
