/** The raw request: shown in colour, and ready to paste into a shell or a program. */

import { h } from "./dom.js";

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\b/g;

/** JSON with its names and values told apart. */
export function json(value) {
  const text = compact(value);
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, found.index));
    if (found[2] !== undefined) parts.push(h("span", { class: "k" }, found[1]), found[2]);
    else parts.push(h("span", { class: found[1] ? "s" : "n" }, found[0]));
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return h("pre", { tabindex: "0" }, h("code", {}, parts));
}

/** Small objects stay on one line, as a person would write them. */
function compact(value, indent = "") {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const list = Array.isArray(value);
  const entries = Object.entries(value);
  const written = entries.map(([name, inner]) => (list ? "" : `${JSON.stringify(name)}: `) + compact(inner, `${indent}  `));
  const [open, close] = list ? "[]" : "{}";
  const line = `${open}${written.join(", ")}${close}`;
  if (line.length + indent.length <= 64 && !line.includes("\n") && indent !== "") return line;
  if (entries.length === 0) return open + close;
  return `${open}\n${indent}  ${written.join(`,\n${indent}  `)}\n${indent}${close}`;
}

const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;

export const doorOf = (api) => `/${api}/messages`;

/** A line for a shell, with the credentials of the environment. */
export function curl(path, body, credentials) {
  const user = credentials ? quoted(credentials) : '"$NEXMO_API_KEY:$NEXMO_API_SECRET"';
  return `curl -u ${user} \\\n  -H 'Content-Type: application/json' \\\n  -d ${quoted(JSON.stringify(body))} \\\n  ${location.origin}${path}`;
}

const CLASSES = { sms: "Sms", whatsapp: "WhatsApp", messenger: "Messenger", viber: "Viber" };

/** A program: with this package's own words where they are short, else plain HTTP. */
export function python(path, entry) {
  const kind = CLASSES[entry.channel];
  if (kind !== undefined && entry.type === "text" && entry.text) {
    const api = entry.api === "v1" ? "" : `api=${literal(entry.api)}`;
    return `import asyncio

from nexmo_async import Nexmo, ${kind}

async def main():
    async with Nexmo.from_env(${api}) as nexmo:
        sent = await nexmo.messages.send(
            ${kind}(
                to=${literal(entry.person)},
                sender=${literal(entry.account)},
                content=${literal(entry.text)},
            )
        )
        print(sent.message_uuid)

asyncio.run(main())
`;
  }
  return `import os

import httpx

answer = httpx.post(
    ${literal(location.origin + path)},
    auth=(os.environ["NEXMO_API_KEY"], os.environ["NEXMO_API_SECRET"]),
    json=${written(entry.request)},
)
print(answer.status_code, answer.json())
`;
}

const literal = (value) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, (letter) => letter);

function written(value, indent = "    ") {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return literal(value);
  const deeper = `${indent}    `;
  if (Array.isArray(value)) return value.length ? `[\n${value.map((each) => `${deeper}${written(each, deeper)},\n`).join("")}${indent}]` : "[]";
  const lines = Object.entries(value).map(([name, inner]) => `${deeper}${literal(name)}: ${written(inner, deeper)},\n`);
  return lines.length ? `{\n${lines.join("")}${indent}}` : "{}";
}
