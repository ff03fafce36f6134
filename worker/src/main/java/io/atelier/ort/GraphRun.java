package io.atelier.ort;

import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** The time that ONNX Runtime computes, for Java Flight Recorder. What else a generation takes is ours. */
@Name("io.atelier.GraphRun")
@Label("Graph run")
@Category("Atelier")
@StackTrace(false)
final class GraphRun extends Event {
    @Label("Graph")
    String graph;
}
