package io.atelier.gateway.jobs;

import io.atelier.message.TraceParent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** What follows from changes of generations, written in the transaction that folds them. */
public interface Consequences {
    Consequences NONE = new Consequences() {
        @Override
        public void write(Connection connection, List<Step> steps) {}

        @Override
        public void committed() {}

        @Override
        public void progressed(Change change) {}
    };

    /** Called with every step in the order in which it was folded, also with those that brought nothing new. */
    void write(Connection connection, List<Step> steps) throws SQLException;

    /** Called after the transaction. */
    void committed();

    /** Called with all news that is not folded, such as progress; must not block. */
    void progressed(Change change);

    /** One change that was folded into a generation. @param trace of the record that told of it, if that had one */
    record Step(Optional<StoredJob> before, StoredJob after, Optional<TraceParent> trace) {}
}
