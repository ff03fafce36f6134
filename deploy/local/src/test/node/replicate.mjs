// The official Replicate client, unmodified: only its base URL and token are set. Prints what it got as JSON.
import http from "node:http";
import Replicate, { validateWebhook } from "replicate";

const [gateway, token, secret] = process.argv.slice(2);
const replicate = new Replicate({ baseUrl: `${gateway}/v1`, auth: token });
const version = "39ed52f2a78e934b3ba6e2a89f5b1c712de7dfea535525255b1aa35c5565e08b";
const input = { prompt: "a big red circle on a yellow background", seed: 7, scheduler: "K_EULER", refine: "no_refiner", num_inference_steps: 10 };

// 1. run: creates, waits, returns the output
const output = await replicate.run(`stability-ai/sdxl:${version}`, { input });

// 2. run by polling, with progress
const seen = [];
const polled = await replicate.run("stability-ai/sdxl", { input, wait: { mode: "poll", interval: 100 } }, (p) => seen.push(p.status));

// 3. create with a webhook, follow, list, get
const calls = [];
let hooked;
const completed = new Promise((resolve) => { hooked = resolve; });
const receiver = http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const valid = await validateWebhook(
    new Request("http://receiver", { method: "POST", headers: request.headers, body }), secret);
  calls.push({ valid, status: JSON.parse(body).status });
  response.end();
  if (JSON.parse(body).completed_at) hooked(JSON.parse(body));
}).listen(0, "127.0.0.1");
await new Promise((resolve) => receiver.once("listening", resolve));
const created = await replicate.predictions.create({
  version, input: { ...input, num_outputs: 2 },
  webhook: `http://127.0.0.1:${receiver.address().port}/hook`, webhook_events_filter: ["start", "completed"],
});
const waited = await replicate.wait(created, { interval: 100 });
const told = await completed;
receiver.close();
const got = await replicate.predictions.get(created.id);
const page = await replicate.predictions.list();

// 4. cancel
const long = await replicate.predictions.create({ version, input: { ...input, num_inference_steps: 150, width: 512, height: 512 } });
await replicate.predictions.cancel(long.id);
const cancelled = await replicate.wait(long, { interval: 100 });

// 5. a call that is repeated with its key
const key = { headers: { "Idempotency-Key": `key-${Date.now()}` } };
const repeat = async () => (await replicate.request("/predictions", { method: "POST", data: { version, input }, ...key })).json();
const repeated = [await repeat(), await repeat()];

// 6. a mistake
let error;
try {
  await replicate.predictions.create({ version, input: { ...input, num_outputs: 99 } });
} catch (e) {
  error = { status: e.response.status, message: e.message };
}
console.log(JSON.stringify({ output, polled, seen, created, waited, told, calls, got, listed: page.results.map((p) => p.id), cancelled, repeated: repeated.map((p) => p.id), queue: repeated[0].queue, error }));
