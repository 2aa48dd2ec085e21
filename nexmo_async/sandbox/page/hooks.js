/** One webhook: every attempt, what it said and what signed it. */

import { attempt, has, part, tell } from "./api.js";
import { json } from "./code.js";
import { h, pill } from "./dom.js";
import { exact, stretch, tone } from "./words.js";

/** Which parts were opened by hand: they stay open when the page is drawn anew. */
const opened = new Set();

export function fold(key, title, ...inside) {
  const element = h("details", { open: opened.has(key) }, h("summary", {}, title), inside);
  element.addEventListener("toggle", () => (element.open ? opened.add(key) : opened.delete(key)));
  return element;
}

/** The attempts of a webhook as lines, with the signature of each behind a fold. */
export function attempts(hook, key) {
  const lines = hook.attempts.map((one, index) => attemptLine(hook, one, index, `${key}-${index}`));
  if (lines.length === 0) lines.push(h("li", { class: "soft" }, hook.url ? "webhook: on its way" : "webhook: kept here, no address is set"));
  return h("ul", { class: "attempts" }, lines);
}

function attemptLine(hook, one, index, key) {
  const next = hook.attempts[index + 1];
  const good = one.answer >= 200 && one.answer < 300;
  const words = [
    `webhook ${index + 1}: `,
    h("b", { "data-tone": good ? "ok" : "bad" }, one.answer ?? "no answer"),
    next ? `, again after ${stretch(next.at - one.at)}` : "",
    one.claims ? ", signed" : ", not signed",
  ];
  const facts = [h("p", { class: "soft mono" }, `${exact(one.at)} → ${hook.url}`), one.error ? h("p", { class: "soft" }, one.error) : null];
  const last = next === undefined ? resend(hook) : null;
  return h("li", {}, fold(key, h("span", {}, words), facts, one.claims ? signature(one.claims) : null, hook.body ? json(hook.body) : null, last));
}

/** The claims of the token that signed it, with what they mean. */
function signature(claims) {
  const rows = Object.entries(claims).map(([name, value]) => [h("dt", {}, name), h("dd", {}, meaning(name, value))]);
  return h("dl", { class: "claims" }, h("dt", {}, "alg"), h("dd", {}, "HS256"), rows);
}

function meaning(name, value) {
  if ((name === "iat" || name === "exp") && Number.isFinite(value)) return `${value} · ${new Date(value * 1000).toISOString().replace(".000", "")}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export const state = (hook) => pill(hook.state === "kept" ? "calm" : tone(hook.state), hook.state);

export function resend(hook) {
  if (hook.id === null || hook.url === null || !has("POST", "/webhooks/{id}/resend")) return null;
  return h("button", { class: "small", type: "button", onclick: () => attempt(() => tell("POST", `/webhooks/${part(hook.id)}/resend`), "Sent once more") }, "Send again");
}
