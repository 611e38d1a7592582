// The auth webhook as it is usually written: read the caller, compare the PIN, write the outcome.

import { createHmac, timingSafeEqual } from "node:crypto";
import { DynamoDBClient, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";

const SUCCESS = "5a9e9d0d-6d65-4494-ad7e-0ee7bc7aa064";
const FAILURE = "0b6f3c55-2f0e-4c8b-9a55-6d8a3a1f7c11";
const LOCKED = "77d1a1a2-5a0e-4b5c-8f0a-0c6a2f9f4f22";
const MOST_FAILURES = 3;

const { CALLERS_TABLE: table, WEBHOOK_TOKEN: token, PIN_KEY: pinKey } = process.env;
const client = new DynamoDBClient({});
// Loaded only if PINs are hashed with it.
let argon2;

const answer = (statusCode, body) => ({ statusCode, headers: { "content-type": "text/plain" }, body });

const isSame = (one, other) => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

const isRight = async (stored, user, pin) => {
  if (stored.startsWith("$argon2id$")) {
    argon2 ??= await import("@node-rs/argon2");
    return argon2.verify(stored, pin);
  }
  return isSame(createHmac("sha256", pinKey).update(`${user}:${pin}`).digest("hex"), stored);
};

export const handler = async (event) => {
  if (!isSame(new URLSearchParams(event.rawQueryString).get("auth") ?? "", token)) return answer(401, "");
  let attempt;
  try {
    attempt = JSON.parse(event.isBase64Encoded ? Buffer.from(event.body, "base64").toString() : event.body);
  } catch {
    return answer(400, "");
  }
  const Key = { pk: { S: attempt.user.id } };
  const { Item: caller } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }));
  if (!caller?.pin) return answer(200, FAILURE);
  if (Number(caller.failures?.N ?? 0) >= MOST_FAILURES) return answer(200, LOCKED);
  const right = await isRight(caller.pin.S, attempt.user.id, attempt.input);
  const now = { N: String(Date.now()) };
  await client.send(
    new UpdateItemCommand({
      TableName: table,
      Key,
      ...(right
        ? {
            UpdateExpression: "SET failures = :zero, last_at = :now",
            ExpressionAttributeValues: { ":zero": { N: "0" }, ":now": now },
          }
        : {
            UpdateExpression: "ADD failures :one SET last_at = :now",
            ExpressionAttributeValues: { ":one": { N: "1" }, ":now": now },
          }),
    }),
  );
  console.log(JSON.stringify({ level: "INFO", message: "done", right }));
  return answer(200, right ? SUCCESS : FAILURE);
};
