package io.atelier.worker;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.atelier.message.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logmanager.ExtFormatter;
import org.jboss.logmanager.ExtLogRecord;

/** Lines of log as JSON, one object each; what the logging context holds, such as the generation's id, is a field beside the others. */
final class JsonLines extends ExtFormatter {

    @Override
    public String format(ExtLogRecord record) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("time", record.getInstant().toString());
        line.put("level", record.getLevel().getName());
        line.put("logger", record.getLoggerName());
        line.put("thread", record.getThreadName());
        record.getMdcCopy().forEach(line::putIfAbsent);
        line.put("message", formatMessage(record));
        if (record.getThrown() != null) {
            line.put("stack", stack(record.getThrown()));
        }
        try {
            return Json.mapper().writeValueAsString(line) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Texts can always be written as JSON", e);
        }
    }

    private static String stack(Throwable thrown) {
        StringWriter stack = new StringWriter();
        thrown.printStackTrace(new PrintWriter(stack));
        return stack.toString();
    }
}
