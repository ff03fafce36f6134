// The official OpenAI client, unmodified: only its base URL and key are set. Prints what it got as JSON.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: process.argv[3] });
const prompt = "a big red circle on a yellow background";

const bytes = await client.images.generate({ model: "gpt-image-1", prompt, n: 1, size: "auto", seed: 7 });
const urls = await client.images.generate({
  model: "dall-e-3", prompt, n: 2, size: "128x128", response_format: "url", quality: "standard", style: "vivid", user: "u-1",
});
const fetched = Buffer.from(await (await fetch(urls.data[1].url)).arrayBuffer());

const models = [];
for await (const model of client.models.list()) models.push(model);

const errors = {};
for (const [name, call] of Object.entries({
  size: { prompt, size: "100x100" },
  scheduler: { prompt, scheduler: "dpm_fast" },
  model: { prompt, model: "flux" },
})) {
  try {
    await client.images.generate(call);
    errors[name] = null;
  } catch (e) {
    errors[name] = { class: e.constructor.name, status: e.status, param: e.param, code: e.code, type: e.type, message: e.message };
  }
}
console.log(JSON.stringify({
  bytes: bytes.data[0].b64_json, created: bytes.created, urls: urls.data.map((d) => d.url), fetched: fetched.toString("base64"), models, errors,
}));
