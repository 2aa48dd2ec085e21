/** The person's phone: one conversation over all channels, and what the person can do. */

import { attempt, get, has, part, tell } from "./api.js";
import { inside } from "./bubbles.js";
import { $, h, mark, throttled } from "./dom.js";
import * as shape from "./shape.js";
import { channelName, minute, person } from "./words.js";

/** Channels on which people can write to the account. */
const WRITABLE = new Set(["sms", "mms", "whatsapp", "messenger", "viber", "rcs"]);
/** Channels that tell the account what was read. */
const TELLS_READ = new Set(["whatsapp", "messenger", "viber", "rcs", "email"]);
/** Statuses of messages that the person has on the screen. */
const SEEN = new Set(["delivered", "read"]);
/** Statuses of messages that never came. */
const NEVER = new Set(["rejected", "undeliverable", "revoked"]);
/** Minutes of silence after which the time is told again. */
const PAUSE = 10;

export class Phone {
  constructor() {
    this.number = null;
    this.entries = [];
    this.script = null;
    this.chat = $("#chat");
    this.input = $("#reply");
    this.select = $("#reply-channel");
    this.refresh = throttled(300, () => this._load());
    $("#reply-form").addEventListener("submit", (event) => this._reply(event));
    $("#mark-read").addEventListener("click", () => this._markRead());
    $("#opt-out").addEventListener("click", () => this._write("STOP", "Opted out: STOP is on its way to the app"));
    $("#silence").addEventListener("click", () => this._silence());
  }

  show(number) {
    if (number !== this.number) {
      this.number = number;
      this.entries = [];
      this.key = null;
      this.input.value = "";
    }
    this.refresh();
  }

  /** The newest words are at the foot. */
  toEnd() {
    this.chat.scrollTop = this.chat.scrollHeight;
  }

  clear() {
    this.number = null;
    $("#phone-pane").dataset.empty = "yes";
  }

  async _load() {
    const number = this.number;
    if (number === null) return;
    const found = await get(`/_sandbox/people/${part(number)}`).catch(() => null);
    if (found === null || number !== this.number) return;
    this.entries = found.messages.map(shape.message);
    this.script = found.persona ?? null;
    const key = JSON.stringify([number, this.script, this.entries]);
    if (key === this.key) return;
    this.key = key;
    this._draw();
  }

  _draw() {
    $("#phone-pane").dataset.empty = "no";
    $("#phone-who").textContent = person(this.number);
    $("#phone-persona").textContent = this.script ? `persona: ${this.script}` : "no persona: takes and reads everything";
    const low = this.chat.scrollHeight - this.chat.scrollTop - this.chat.clientHeight < 60;
    this.chat.replaceChildren(...talk(this.entries));
    if (low || this.chat.dataset.of !== this.number) this.toEnd();
    this.chat.dataset.of = this.number;
    this._actions();
  }

  _actions() {
    const channels = [...new Set(this.entries.map((entry) => entry.channel).filter((one) => WRITABLE.has(one)))];
    const last = this.entries.findLast((entry) => WRITABLE.has(entry.channel) && !NEVER.has(entry.status));
    const chosen = channels.includes(this.select.value) && this.select.dataset.of === this.number ? this.select.value : last?.channel;
    this.select.replaceChildren(...channels.map((one) => h("option", { value: one, selected: one === chosen }, channelName(one))));
    this.select.dataset.of = this.number;
    this.select.hidden = channels.length < 2;
    const can = channels.length > 0 && has("POST", "/inbound");
    for (const id of ["#reply", "#reply-send", "#opt-out"]) $(id).disabled = !can;
    $("#mark-read").hidden = !has("POST", "/messages/{uuid}/receipt");
    $("#mark-read").disabled = this._unread() === undefined;
    $("#silence").hidden = !has("PUT", "/personas");
    $("#silence").textContent = this.script === "silent" ? "Answer again" : "Make silent";
  }

  _unread() {
    return this.entries.findLast((entry) => entry.status === "delivered" && TELLS_READ.has(entry.channel));
  }

  async _markRead() {
    const entry = this._unread();
    if (entry === undefined) return;
    await attempt(() => tell("POST", `/messages/${part(entry.uuid)}/receipt`, { status: "read" }), "Read: the app hears of it");
    this.refresh();
  }

  async _reply(event) {
    event.preventDefault();
    const words = this.input.value.trim();
    if (words === "") return;
    if (await this._write(words)) this.input.value = "";
  }

  async _write(words, done) {
    const channel = this.select.value;
    const last = this.entries.findLast((entry) => entry.channel === channel);
    if (last === undefined) return false;
    const body = { api: last.api, channel, from: this.number, to: last.account, text: words };
    const answer = await attempt(() => tell("POST", "/inbound", body), done);
    this.refresh();
    return answer !== undefined;
  }

  async _silence() {
    const again = this.script === "silent";
    const script = again ? null : "silent";
    await attempt(() => tell("PUT", "/personas", { [this.number]: script }), again ? "Answers again" : "Silent from now on");
    this.refresh();
  }
}

/** The conversation with a line wherever the channel changes or much time has passed. */
function talk(entries) {
  const drawn = [];
  let last = null;
  for (const entry of entries) {
    const far = last !== null && (entry.at - last.at) / 60_000 > PAUSE;
    const never = NEVER.has(entry.status);
    if (never || last === null || far || last.channel !== entry.channel || NEVER.has(last.status)) drawn.push(rule(entry, never));
    if (!never) drawn.push(bubble(entry));
    last = entry;
  }
  if (last?.replying) drawn.push(h("p", { class: "typing" }, "writing a reply…"));
  return drawn;
}

function rule(entry, never) {
  const why = never ? ` · ${entry.status}${entry.code ? ` ${entry.code}` : ""}` : "";
  return h("p", { class: "rule" }, mark(entry.channel), `${channelName(entry.channel)} · ${minute(entry.at)}${why}`);
}

function bubble(entry) {
  const ghost = !entry.inbound && !SEEN.has(entry.status);
  return h(
    "div",
    { class: entry.inbound ? "bubble mine" : "bubble", "data-ghost": ghost ? "yes" : null, "data-channel": entry.channel },
    inside(shape.content(entry)),
    h("small", {}, foot(entry, ghost)),
  );
}

function foot(entry, ghost) {
  if (entry.inbound) return `written ${minute(entry.at)}${entry.changed > 0 ? " · read by the app" : ""}`;
  if (ghost) return `on its way · ${entry.status}`;
  const parts = [entry.status === "read" ? "read" : TELLS_READ.has(entry.channel) ? "delivered, not read" : "delivered"];
  if (entry.segments > 1) parts.push(`${entry.segments} segments`);
  return `${parts.join(" · ")} · ${minute(entry.at)}`;
}
