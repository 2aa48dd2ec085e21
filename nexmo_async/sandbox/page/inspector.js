/** All about one message: its workflow, its life with every webhook, its request. */

import { copy, get, has, part } from "./api.js";
import { curl, doorOf, json, python } from "./code.js";
import { $, h, pill, throttled } from "./dom.js";
import { attempts, fold } from "./hooks.js";
import { lanes, summary } from "./lanes.js";
import * as shape from "./shape.js";
import { channelName, exact, person, short, tone } from "./words.js";

export class Inspector {
  /**
   * @param {() => Date} now The time in the sandbox.
   * @param {(uuid: string) => void} open Shows another message.
   */
  constructor(now, open) {
    this.now = now;
    this.open = open;
    this.row = null;
    this.place = $("#inspector");
    this.refresh = throttled(300, () => this._load());
  }

  show(row) {
    this.row = row;
    this.refresh();
  }

  clear() {
    this.row = null;
    this.key = null;
    this.place.replaceChildren(h("p", { class: "hint" }, "Pick a message to see its request, its life and every webhook."));
  }

  async _load() {
    const row = this.row;
    if (row === null) return;
    const raw = row.inbound ? await this._inbound(row) : await get(`/_sandbox/messages/${part(row.uuid)}`).catch(() => null);
    if (raw === null || row !== this.row) return;
    const one = shape.detail(raw);
    const flow = one.workflowId && has("GET", "/workflows/{id}") ? await get(`/_sandbox/workflows/${part(one.workflowId)}`).then(shape.workflow, () => null) : null;
    if (row !== this.row) return;
    const key = JSON.stringify([raw, flow, flow?.status === "running" ? Math.floor(this.now() / 1000) : 0]);
    if (key === this.key) return;
    this.key = key;
    this._draw(one, flow);
  }

  async _inbound(row) {
    const known = { message_uuid: row.uuid, direction: "inbound", channel: row.channel, from: row.person, to: row.account };
    return { ...known, content: row.content, message_type: row.type, at: row.at, api: row.api, webhooks: await hooksOf(row.uuid) };
  }

  _draw(one, flow) {
    const top = this.place.scrollTop;
    const cards = [flow ? workflowCard(flow, this.now(), this.open) : null, lifeCard(one), one.request ? requestCard(one) : null, one.answer ? answerCard(one) : null];
    this.place.replaceChildren(...cards.filter(Boolean));
    this.place.scrollTop = top;
  }
}

async function hooksOf(uuid) {
  if (!has("GET", "/webhooks")) return [];
  const found = await get("/_sandbox/webhooks", { limit: 300 }).catch(() => ({ webhooks: [] }));
  return found.webhooks.filter((raw) => raw.message_uuid === uuid);
}

export function card(title, soft, ...inside) {
  const head = h("header", {}, h("h2", {}, title), h("span", { class: "soft" }, soft));
  return h("section", { class: "card" }, head, inside);
}

export function workflowCard(flow, now, open) {
  const report = flow.report ? h("div", { class: "folds" }, fold(`report-${flow.id}`, "Final report", json(flow.report))) : null;
  return card("Workflow", `${short(flow.id)} · ${summary(flow)}`, flow.steps.length ? lanes(flow, now, open) : null, report);
}

function lifeCard(one) {
  const soft = [short(one.uuid), one.api, one.clientRef ? `client_ref ${one.clientRef}` : null].filter(Boolean).join(" · ");
  const left = [...one.webhooks];
  const take = (status) => {
    const mine = left.filter((hook) => hook.kind !== "report" && (hook.status === status || (one.inbound && hook.kind === "inbound")));
    for (const hook of mine) left.splice(left.indexOf(hook), 1);
    return mine;
  };
  const first = one.inbound ? { status: "written", at: one.at, soft: `${channelName(one.channel)} from ${person(one.person)} to ${one.account}` } : { status: "accepted", at: one.at, soft: `${doorway(one)} · ${channelName(one.channel)} from ${one.account}${line(one)}` };
  const rest = one.timeline.filter((event) => event.status !== "accepted");
  const items = [first, ...rest].map((event) => item(event, take(event.status)));
  for (const hook of left) items.push(item({ status: hook.kind === "report" ? "final report" : hook.kind, at: hook.at }, [hook]));
  return card("Message", soft, h("ol", { class: "life" }, items));
}

/** Above its sender's rate a message waits. */
const line = (one) => (one.waits > 0 ? ` · in line for ${one.waits.toFixed(1)} s` : "");

function item(event, hooks) {
  const status = event.code ? `${event.status} ${event.code}` : event.status;
  return h(
    "li",
    { "data-tone": tone(event.status) },
    h("time", { class: "mono" }, exact(event.at)),
    h("i", { "aria-hidden": "true" }),
    h("div", {}, h("b", {}, status), event.reason ? h("span", { class: "soft" }, ` ${event.reason}`) : null, event.soft ? h("small", {}, event.soft) : null, hooks.map((hook) => attempts(hook, `life-${hook.id}`))),
  );
}

/** By which request it came in. */
function doorway(one) {
  const flow = one.api === "beta" ? "/beta/workflows" : "/v0.1/dispatch";
  if (one.place === null) return `POST ${doorOf(one.api)} · 202`;
  return `step ${one.place.number} of ${one.place.total} of POST ${one.api === "v1" ? doorOf("v1") : flow}`;
}

function requestCard(one) {
  const path = doorOf(one.api);
  const made = card("Request", one.place ? "one step" : `POST ${path}`, json(one.request));
  made.firstChild.append(
    h("span", { class: "tools" },
      h("button", { class: "small", type: "button", onclick: () => copy(curl(path, one.request), "curl line") }, "copy as curl"),
      h("button", { class: "small", type: "button", onclick: () => copy(python(path, one), "Python") }, "copy as Python"),
    ),
  );
  return made;
}

function answerCard(one) {
  const status = one.answer.status ?? 202;
  const made = card("Answer", "", json(one.answer.body ?? one.answer));
  made.firstChild.append(pill(status < 300 ? "ok" : "bad", String(status)));
  return made;
}
