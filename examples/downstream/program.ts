// Account, submit, wait and result, with a TypeScript client generated from upstream.json (openapi-typescript, openapi-fetch).
// `nox -s downstream` generates `api.d.ts` and runs this against a local sandbox, with one of its tools.

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

// Status and result of a job may be read once in 5 s; Retry-After is the time to wait.
client.use({
  async onResponse({ request, response }) {
    if (response.status !== 429 || request.method !== "GET") return undefined;
    await sleep(Number(response.headers.get("Retry-After") ?? 5));
    return fetch(request);
  },
});

function unwrap<T>({ data, response }: { data?: T; response: Response }): T {
  if (data === undefined) throw new Error(`${response.url}: ${response.status}`);
  return data;
}

async function wait(job: Job): Promise<Job> {
  while (!TERMINAL.includes(job.status)) {
    const path = { jobId: job.id };
    job = unwrap(await client.GET("/api/v1/jobs/{jobId}/status", { params: { path } }));
  }
  return job;
}

const account = unwrap(await client.GET("/api/v1/account"));
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
const submitted = unwrap(await client.POST("/api/v1/jobs", { body: request, params: { header } }));
const job = await wait(submitted);
const result = unwrap(await client.GET("/api/v1/results/{jobId}", { params: { path: { jobId: job.id } } }));

if (job.status !== "COMPLETED") throw new Error(`${job.id} is ${job.status}`);
if (result.files.length === 0) throw new Error(`${job.id} has no files`);
console.log(`TypeScript: ${account.workspace.id}: ${job.id} ${job.status}, ${result.files.map((f) => f.name).join(", ")}`);
