package io.atelier.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.atelier.gateway.jobs.Samples;
import io.atelier.message.EventType;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

@QuarkusTest
@TestProfile(HttpTest.InMemory.class)
class PictureHttpTest extends HttpTest {
    @Test
    void a_picture_leads_to_where_it_is_stored() throws Exception {
        tell(EventType.SUCCEEDED, Samples.succeeded(id, 1));
        JsonNode generation = json(until(() -> get("/v1/generations/" + id), HttpTest::succeeded));

        HttpResponse<String> image = get("/v1/generations/" + id + "/images/0");

        String url = "https://pictures.example/generations/" + id + "/0.png?expires=3600";
        assertThat(image.statusCode()).isEqualTo(302);
        assertThat(image.headers().firstValue("Location")).contains(url);
        assertThat(generation.path("output").path(0).path("url").textValue()).isEqualTo(url);
        assertProblem(get("/v1/generations/" + id + "/images/1"), 404, "not_found");
        assertProblem(get("/v1/generations/" + id + "/images/x"), 404, "not_found");
    }

    @Test
    void a_picture_that_is_not_drawn_yet_is_not_there() throws Exception {
        String submitted = json(post(CIRCLE)).path("id").textValue();

        JsonNode problem = assertProblem(get("/v1/generations/" + submitted + "/images/0"), 404, "not_found");

        assertThat(problem.path("detail").textValue())
                .contains("no pictures yet")
                .contains("queued");
    }

    @Test
    void presigned_urls_are_made_anew_for_every_answer() throws Exception {
        told(EventType.SUCCEEDED, Samples.succeeded(id, 1));

        assertThat(json(get("/v1/generations/" + id)).at("/output/0/url").textValue())
                .startsWith("https://pictures.example/");
    }
}
