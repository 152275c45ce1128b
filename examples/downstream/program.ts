// A TypeScript client made from upstream.json with openapi-typescript and openapi-fetch: account, submit, wait, result.
// Run by `nox -s downstream` against a local sandbox, whose own tool it uses; `api.d.ts` is made there.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

type Job = components["schemas"]["Job"];

const TERMINAL = ["COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED"];
const UBIQUITIN = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG";

const client = createClient<paths>({
  baseUrl: process.env.PROTEINIQ_BASE_URL,
  headers: { Authorization: `Bearer ${process.env.PROTEINIQ_API_KEY}` },
});

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

// The service answers one read of a job's status or result in 5 s, and says how long to wait.
client.use({
  async onResponse({ request, response }) {
    if (response.status !== 429 || request.method !== "GET") return undefined;
    await sleep(Number(response.headers.get("Retry-After") ?? 5));
    return fetch(request);
  },
});

function taken<T>(answer: { data?: T; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.url}: ${answer.response.status}`);
  return answer.data;
}

async function wait(job: Job): Promise<Job> {
  while (!TERMINAL.includes(job.status)) {
    const path = { jobId: job.id };
    job = taken(await client.GET("/api/v1/jobs/{jobId}/status", { params: { path } }));
  }
  return job;
}

const account = taken(await client.GET("/api/v1/account"));
const request: components["schemas"]["JobRequest"] = {
  tool: "protein-parameters",
  name: "ubiquitin",
  input: {
    inputs: [
      {
        id: "protein-1",
        slotId: "protein",
        kind: "protein",
        format: "fasta",
        content: `>ubiquitin\n${UBIQUITIN}\n`,
        source: { type: "text" },
      },
    ],
  },
};
const header = { "Idempotency-Key": crypto.randomUUID() };
const submitted = taken(await client.POST("/api/v1/jobs", { body: request, params: { header } }));
const job = await wait(submitted);
const result = taken(await client.GET("/api/v1/results/{jobId}", { params: { path: { jobId: job.id } } }));

if (job.status !== "COMPLETED") throw new Error(`${job.id} is ${job.status}`);
if (result.files.length === 0) throw new Error(`${job.id} has no files`);
console.log(`TypeScript: ${account.workspace.id}: ${job.id} ${job.status}, ${result.files.map((f) => f.name).join(", ")}`);
