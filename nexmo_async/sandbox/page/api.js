/** The sandbox's own addresses. What is not there is not asked for. */

import { h } from "./dom.js";

const doors = new Set();
const unnamed = (path) => path.replace(/\{[^}]*\}/g, "{}");

/** Learn which addresses there are. */
export async function learn() {
  const found = await get("/page/doors.json");
  for (const door of found.doors) doors.add(unnamed(door));
}

export const has = (verb, path) => doors.has(`${verb} /_sandbox${unnamed(path)}`);

export class Refused extends Error {}

/** The token comes in the address, and stays with this tab instead. */
function taken() {
  const given = new URLSearchParams(location.search).get("token");
  if (given === null) return sessionStorage.getItem("token");
  sessionStorage.setItem("token", given);
  history.replaceState(null, "", location.pathname + location.hash);
  return given;
}

const token = taken();

/** An address of the sandbox; parts are escaped, empty parameters left out. */
export function at(path, params = {}) {
  const given = Object.entries({ ...params, ...(token ? { token } : {}) }).filter(([, value]) => value !== undefined && value !== "" && value !== null);
  const query = new URLSearchParams(given).toString();
  return `${path}${query ? `?${query}` : ""}`;
}

export const part = encodeURIComponent;

export const get = (path, params) => ask("GET", at(path, params));

/** Ask the sandbox to do something, in JSON. */
export function tell(verb, path, body) {
  return ask(verb, at(`/_sandbox${path}`), body ?? {});
}

async function ask(verb, url, body) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(url, { method: verb, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await answer.text();
  if (answer.status === 401) throw new Refused("This sandbox wants its token: open the page with ?token=… in the address.");
  if (!answer.ok) throw new Refused(reason(text) ?? `${answer.status} ${answer.statusText}`);
  return text === "" ? {} : JSON.parse(text);
}

function reason(text) {
  try {
    const problem = JSON.parse(text);
    return problem.detail ?? problem.title ?? problem.error ?? null;
  } catch {
    return null;
  }
}

/** Do it; if it fails, say so at the foot of the page instead of in the console. */
export async function attempt(run, done) {
  try {
    const result = await run();
    if (done) say(done);
    return result;
  } catch (error) {
    say(error instanceof Refused ? error.message : "The sandbox does not answer.", "bad");
    return undefined;
  }
}

let hiding = 0;

export function say(text, tone = "calm") {
  const place = document.getElementById("say");
  place.replaceChildren(h("p", { "data-tone": tone }, text));
  clearTimeout(hiding);
  hiding = setTimeout(() => place.replaceChildren(), 5000);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} copied`);
  } catch {
    // Browsers keep the clipboard from pages without TLS on another machine.
    say("The browser keeps its clipboard closed here: select the text instead.", "bad");
  }
}
