// A loop over Lambda's Runtime API, in place of the one in Lambda's own image.

import http from "node:http";
import { handler } from "./function.mjs";

const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

const ask = (method, path, body) =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const request = http.request(`${base}${path}`, { method, agent, headers }, (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => resolve({ headers: response.headers, text: Buffer.concat(chunks).toString() }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });

for (;;) {
  const next = await ask("GET", "/next");
  const id = next.headers["lambda-runtime-aws-request-id"];
  try {
    await ask("POST", `/${id}/response`, JSON.stringify(await handler(JSON.parse(next.text))));
  } catch (error) {
    console.error(error);
    await ask("POST", `/${id}/error`, JSON.stringify({ errorType: error.name, errorMessage: error.message }));
  }
}
