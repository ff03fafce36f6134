package io.atelier.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.net.InetAddresses;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each row of targets.tsv says from where it is known. Nothing is dialled. */
class TargetTableTest {
    private static final Pattern ESCAPE = Pattern.compile("\\\\(t|r|n|u[0-9a-f]{4})");
    private static final TargetRules RULES =
            TargetRules.parse(false, List.of("443", "8000-8999"), List.of(), List.of());

    record Target(String verdict, String url, String answers, String source) {
        @Override
        public String toString() {
            return verdict + " " + url + " [" + answers + "] " + source;
        }
    }

    @ParameterizedTest
    @MethodSource("refusedTargets")
    void is_refused_before_anything_is_dialled(Target target) {
        TargetGuard guard = guard(target);

        assertThatThrownBy(() -> lookUp(guard, guard.require(target.url)))
                .isInstanceOf(RefusedTargetException.class)
                .message()
                .matches("(?s)(Host \".+\" is refused: |A URL ).+");
    }

    @ParameterizedTest
    @MethodSource("allowedTargets")
    void is_allowed(Target target) throws Exception {
        TargetGuard guard = guard(target);

        HttpUrl url = guard.require(target.url);

        assertThat(lookUp(guard, url)).isEqualTo(answers(target));
    }

    @Test
    void the_table_has_targets_of_both_kinds() {
        assertThat(refusedTargets()).hasSizeGreaterThan(250);
        assertThat(allowedTargets()).hasSizeGreaterThan(35);
        assertThat(targets()).allSatisfy(target -> assertThat(target.source).isNotBlank());
    }

    @ParameterizedTest
    @MethodSource("misleadingNames")
    void what_a_name_leads_to_is_not_told(Target target) {
        TargetGuard guard = guard(target);

        assertThatThrownBy(() -> lookUp(guard, guard.require(target.url)))
                .message()
                .doesNotContain(target.answers.split(","));
    }

    /** As okhttp does: literals are dialled as they are. */
    private static List<InetAddress> lookUp(TargetGuard guard, HttpUrl url) throws UnknownHostException {
        return InetAddresses.isInetAddress(url.host())
                ? List.of()
                : guard.client().build().dns().lookup(url.host());
    }

    private static TargetGuard guard(Target target) {
        return new TargetGuard(RULES, host -> answers(target));
    }

    private static List<InetAddress> answers(Target target) throws UnknownHostException {
        List<InetAddress> addresses = new ArrayList<>();
        for (String answer : target.answers.isEmpty() ? new String[0] : target.answers.split(",")) {
            addresses.add(answer.startsWith("mapped:") ? mapped(answer.substring(7)) : InetAddresses.forString(answer));
        }
        return addresses;
    }

    private static InetAddress mapped(String ipv4) throws UnknownHostException {
        byte[] bytes = new byte[16];
        bytes[10] = -1;
        bytes[11] = -1;
        System.arraycopy(InetAddresses.forString(ipv4).getAddress(), 0, bytes, 12, 4);
        return Inet6Address.getByAddress(null, bytes, -1);
    }

    static List<Target> refusedTargets() {
        return targets().filter(target -> target.verdict.equals("refused")).toList();
    }

    static List<Target> misleadingNames() {
        return refusedTargets().stream()
                .filter(target -> !target.answers.isEmpty() && !target.url.contains(target.answers))
                .toList();
    }

    static List<Target> allowedTargets() {
        return targets().filter(target -> target.verdict.equals("allowed")).toList();
    }

    private static Stream<Target> targets() {
        try (InputStream in = TargetTableTest.class.getResourceAsStream("targets.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\t", -1))
                    .map(cells -> new Target(cells[0], unescaped(cells[1]), cells[2], cells[3]));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String unescaped(String text) {
        return ESCAPE.matcher(text)
                .replaceAll(escape -> escape.group(1).length() == 1
                        ? escape.group().translateEscapes()
                        : Character.toString(Integer.parseInt(escape.group(1).substring(1), 16)));
    }
}
