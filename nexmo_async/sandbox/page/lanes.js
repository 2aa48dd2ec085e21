/** A workflow over time: one lane per channel, from when it was tried to what ended it. */

import { h, setVars } from "./dom.js";
import { channelName, exact, second, stretch, tone } from "./words.js";

/** Words are put inside a bar that is at least this wide, in hundredths. */
const ROOMY = 42;

/**
 * @param {object} flow As `shape.workflow` makes it.
 * @param {Date} now Where the lanes of a running workflow end.
 * @param {(uuid: string) => void} open Hears which step was picked.
 */
export function lanes(flow, now, open) {
  const begun = tried(flow);
  const began = Math.min(...begun.map((step) => +step.start));
  const last = Math.max(...begun.map((step) => end(step, now, flow)));
  const span = Math.max(last - began, 1);
  const place = (at) => ((at - began) / span) * 100;
  return h(
    "div",
    { class: "lanes" },
    h("ol", { "aria-label": "Steps" }, flow.steps.map((step) => (begun.includes(step) ? lane(step, place, end(step, now, flow), open) : waiting(step)))),
    h("div", { class: "axis mono", "aria-hidden": "true" }, [0, 0.5, 1].map((share) => h("span", {}, second(new Date(began + span * share))))),
  );
}

export const tried = (flow) => flow.steps.filter((step) => +step.start > 0);

/** A step whose turn has not come, or never will. */
const waiting = (step) => h("li", { class: "lane untried" }, h("b", {}, channelName(step.channel)), h("span", { class: "track" }, h("span", { class: "ended soft" }, "not tried")));

function end(step, now, flow) {
  if (+step.end > 0) return +step.end;
  const seen = Math.max(+step.start, ...step.events.map((event) => +event.at));
  return flow.status === "running" && step === tried(flow).at(-1) ? Math.max(+now, seen) : seen;
}

function lane(step, place, until, open) {
  const from = place(+step.start);
  const to = place(until);
  const running = !(+step.end > 0) && tone(step.status) === "wait";
  const bar = h("span", { class: "bar", "data-channel": step.channel, "data-running": running ? "yes" : null });
  setVars(bar, { from: `${from}%`, to: `${to}%` });
  const dots = step.events.map((event) => {
    const dot = h("span", { class: "tick", "data-tone": tone(event.status), title: `${event.status} ${exact(event.at)}` });
    setVars(dot, { at: `${place(+event.at)}%` });
    return dot;
  });
  const words = h("span", { class: "ended", "data-side": side(from, to) }, outcome(step, until));
  setVars(words, { from: `${from}%`, to: `${to}%` });
  const track = h("span", { class: "track" }, bar, dots, words);
  const name = channelName(step.channel);
  return h(
    "li",
    {},
    h(
      "button",
      { class: "lane", type: "button", disabled: step.uuid === null, "aria-label": `${name}: ${outcome(step, until)}`, onclick: () => open(step.uuid) },
      h("b", {}, name),
      track,
    ),
  );
}

function side(from, to) {
  if (to - from >= ROOMY) return "in";
  return from >= 50 ? "before" : "after";
}

/** Such as "delivered, not read within 600 s". */
export function outcome(step, until) {
  const reached = step.events.at(-1)?.status ?? step.status;
  const code = step.code ?? step.events.at(-1)?.code;
  const missed = ["expired", "missed", "timeout"].includes(step.outcome);
  if (missed && step.until) return `${reached || "silent"}, not ${step.until} within ${step.within} s`;
  if (missed) return `${reached}, too late`;
  if (step.outcome === null && tone(reached) === "wait") return step.until ? `waiting for ${step.until}` : `${reached} …`;
  return [reached, code].filter(Boolean).join(" ") || stretch(until - step.start);
}

/** One sentence about all of it. */
export function summary(flow) {
  const begun = tried(flow);
  const [first, last] = [begun[0], begun.at(-1)];
  if (first === undefined) return flow.status;
  const ended = +last.end > 0 ? +last.end : Math.max(...last.events.map((event) => +event.at), +last.start);
  const took = stretch(ended - first.start);
  const cost = price(flow);
  const tail = cost ? ` · ${cost}` : "";
  if (flow.status === "running") return `trying ${channelName(last.channel)}, step ${begun.length} of ${flow.total}${tail}`;
  if (flow.status === "completed") return `reached by ${channelName(last.channel)} after ${took}${tail}`;
  return `not reached, ended after ${took}${tail}`;
}

function price(flow) {
  const cost = flow.cost ?? flow.report?.usage;
  if (cost === null || cost === undefined) return "";
  if (typeof cost !== "object") return `€${cost}`;
  return cost.currency === "EUR" ? `€${cost.price}` : `${cost.price} ${cost.currency ?? ""}`;
}
