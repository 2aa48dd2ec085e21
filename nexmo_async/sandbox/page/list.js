/** The list of messages: filled live, searched by the sandbox, drawn only where seen. */

import { get, Refused, say } from "./api.js";
import { $, debounced, framed, h, mark, pill, setVars, throttled } from "./dom.js";
import { gist } from "./bubbles.js";
import * as shape from "./shape.js";
import { channelName, count, person, PLAIN, second, tone } from "./words.js";

/** Height of a row in pixels; the style sheet says the same. */
const ROW = 62;
/** How many messages are asked for at once. */
const PAGE = 100;

const CHIPS = [
  ["all", "All", ""],
  ["waiting", "Waiting", "status:waiting"],
  ["delivered", "Delivered", "status:delivered"],
  ["read", "Read", "status:read"],
  ["rejected", "Rejected", "status:failed"],
  ["inbound", "Inbound", ""],
];

export class List {
  /**
   * @param {(message: object) => void} chosen Hears which message was picked.
   * @param {() => void} forgotten Hears that the sandbox began anew.
   */
  constructor(chosen, forgotten) {
    this.chosen = chosen;
    this.forgotten = forgotten;
    this.known = 0;
    this.rows = [];
    this.byUuid = new Map();
    this.total = 0;
    this.chip = "all";
    this.channels = new Set();
    this.selected = null;
    this.drawn = new Map();
    this.box = $("#list");
    this.all = $("#list-all");
    this.input = $("#search");
    this.draw = framed(() => this._draw());
    this.refresh = throttled(250, () => this._load());
    this.box.addEventListener("scroll", () => this.draw(), { passive: true });
    this.box.addEventListener("keydown", (event) => this._key(event));
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.input.addEventListener("input", debounced(120, () => this._search()));
    this._chips({});
  }

  get query() {
    const chip = CHIPS.find(([name]) => name === this.chip)[2];
    const channels = this.channels.size ? `channel:${[...this.channels].join(",")}` : "";
    return [this.input.value.trim(), chip, channels].filter(Boolean).join(" ");
  }

  /** Take what changed at once; the order and the counts follow with the next load. */
  touch(touched) {
    for (const [uuid, raw] of touched) {
      const row = this.byUuid.get(uuid);
      if (row && raw.status) Object.assign(row, { status: raw.status, code: raw.code ?? row.code });
    }
    this.draw();
    this.refresh();
  }

  pick(uuid, { scroll = true } = {}) {
    const row = this.byUuid.get(uuid);
    this.selected = uuid;
    if (row && scroll) this._reveal(this.rows.indexOf(row));
    this.draw();
    if (row) this.chosen(row);
  }

  move(steps) {
    if (this.rows.length === 0) return;
    const now = this.rows.findIndex((row) => row.uuid === this.selected);
    const next = Math.min(this.rows.length - 1, Math.max(0, now + steps));
    this.pick(this.rows[next].uuid);
  }

  search(words) {
    this.input.value = words;
    this._search();
  }

  _search() {
    return this.refresh();
  }

  async _load() {
    const [query, chip] = [this.query, this.chip];
    const found = await this._ask(query).catch((error) => (error instanceof Refused ? say(error.message, "bad") : null) ?? null);
    if (found === null || query !== this.query || chip !== this.chip) return;
    const rows = newestFirst(found.messages.map(shape.message));
    this._remember(found.counts);
    if (this.loadedFor !== `${chip} ${query}`) {
      this.rows = [];
      this.box.scrollTop = 0;
    }
    this.loadedFor = `${chip} ${query}`;
    this._merge(rows);
    this.total = found.total ?? rows.length;
    this._chips(found.counts ?? {}, query === "" && chip === "all");
    this.draw();
    if (this.selected === null && this.rows.length > 0) this.pick(this.rows[0].uuid, { scroll: false });
  }

  /** Fewer messages than there were: what was picked is gone. */
  _remember(counts) {
    const all = (counts?.all ?? 0) + (counts?.inbound ?? 0);
    if (all < this.known) {
      this.selected = null;
      this.rows = [];
      this.forgotten();
    }
    this.known = all;
  }

  /** Load now, as after a change that nobody described. */
  reload() {
    return this._load();
  }

  /** What people wrote has an address of its own. */
  async _ask(query) {
    if (this.chip !== "inbound") return get("/_sandbox/messages", { q: query, limit: PAGE });
    const found = await get("/_sandbox/inbound", { q: query, limit: PAGE });
    return { messages: found.messages, total: found.total, counts: this.counts };
  }

  /** Put fresh rows before those that are known; what is looked at stays in place. */
  _merge(fresh) {
    const known = new Set(fresh.map((row) => row.uuid));
    const overlap = this.rows.findIndex((row) => known.has(row.uuid));
    const before = this.rows.length;
    const rest = overlap < 0 || fresh.length < PAGE ? [] : this.rows.slice(overlap).filter((row) => !known.has(row.uuid));
    this.rows = [...fresh, ...rest];
    this.byUuid = new Map(this.rows.map((row) => [row.uuid, row]));
    if (this.box.scrollTop > ROW && before > 0) this.box.scrollTop += Math.max(0, overlap < 0 ? 0 : this.rows.length - before) * ROW;
  }

  async _more() {
    if (this.loading || this.chip === "inbound" || this.rows.length === 0 || this.rows.length >= this.total) return;
    this.loading = true;
    const query = this.query;
    const found = await get("/_sandbox/messages", { q: query, limit: PAGE, before: this.rows.at(-1).uuid }).catch(() => null);
    this.loading = false;
    if (found === null || query !== this.query) return;
    const more = newestFirst(found.messages.map(shape.message)).filter((row) => !this.byUuid.has(row.uuid));
    if (more.length === 0) this.total = this.rows.length;
    this.rows.push(...more);
    for (const row of more) this.byUuid.set(row.uuid, row);
    this.draw();
  }

  _draw() {
    const height = this.box.clientHeight;
    const first = Math.max(0, Math.floor(this.box.scrollTop / ROW) - 4);
    const last = Math.min(this.rows.length, Math.ceil((this.box.scrollTop + height) / ROW) + 4);
    setVars(this.all, { height: `${this.rows.length * ROW}px` });
    const seen = new Set();
    for (let index = first; index < last; index += 1) {
      const row = this.rows[index];
      seen.add(row.uuid);
      this._place(row, index);
    }
    for (const [uuid, element] of this.drawn) {
      if (seen.has(uuid)) continue;
      element.remove();
      this.drawn.delete(uuid);
    }
    const picked = this.drawn.has(this.selected) ? `m-${this.selected}` : null;
    if (picked) this.box.setAttribute("aria-activedescendant", picked);
    else this.box.removeAttribute("aria-activedescendant");
    this._empty();
    if (last > this.rows.length - 20) this._more();
  }

  _place(row, index) {
    const picked = row.uuid === this.selected;
    const key = `${index}|${picked}|${row.status}|${row.code}|${row.text}`;
    let element = this.drawn.get(row.uuid);
    if (element?.key === key) return;
    const fresh = line(row, picked, index);
    fresh.key = key;
    fresh.addEventListener("click", () => {
      this.pick(row.uuid, { scroll: false });
      this.box.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
    });
    if (element) element.replaceWith(fresh);
    else this.all.append(fresh);
    element = fresh;
    setVars(element, { top: `${index * ROW}px` });
    this.drawn.set(row.uuid, element);
  }

  _reveal(index) {
    const top = index * ROW;
    const bottom = top + ROW - this.box.clientHeight;
    if (this.box.scrollTop > top) this.box.scrollTop = top;
    else if (this.box.scrollTop < bottom) this.box.scrollTop = bottom;
  }

  _key(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 }[event.key];
    if (steps !== undefined) {
      event.preventDefault();
      this.move(steps);
    } else if (event.key === "Enter") {
      this.box.dispatchEvent(new CustomEvent("opened", { bubbles: true }));
    }
  }

  _empty() {
    const empty = this.rows.length === 0;
    const searched = this.query !== "" || this.chip !== "all";
    this.box.hidden = empty;
    $("#welcome").hidden = !(empty && !searched);
    $("#nothing").hidden = !(empty && searched);
  }

  _chips(counts, everything = false) {
    const known = { all: everything ? this.total : undefined, ...counts };
    const chips = CHIPS.map(([name, title]) => {
      const number = known[name];
      return h(
        "button",
        { class: "chip", type: "button", "aria-pressed": String(this.chip === name), onclick: () => this._choose(name) },
        title,
        number === undefined ? null : h("span", { class: "number" }, count(number)),
      );
    });
    const dots = PLAIN.map((channel) =>
      h(
        "button",
        { class: "dot", type: "button", title: channelName(channel), "aria-label": `Only ${channelName(channel)}`, "aria-pressed": String(this.channels.has(channel)), onclick: () => this._toggle(channel) },
        mark(channel),
      ),
    );
    const key = JSON.stringify([known, this.chip, [...this.channels]]);
    if (key === this.chipKey) return;
    this.chipKey = key;
    const place = $("#chips");
    const focus = [...place.querySelectorAll("button")].indexOf(document.activeElement);
    place.replaceChildren(...chips, h("span", { class: "dots", role: "group", "aria-label": "Channels" }, dots));
    if (focus >= 0) place.querySelectorAll("button")[focus].focus();
    const all = known.all;
    if (all !== undefined) $("#tab-count").textContent = all ? count(all) : "";
    this.counts = counts;
  }

  _choose(name) {
    this.chip = name;
    this._chips(this.counts ?? {});
    this._search();
  }

  _toggle(channel) {
    if (!this.channels.delete(channel)) this.channels.add(channel);
    this._chips(this.counts ?? {});
    this._search();
  }
}

const newestFirst = (rows) => (rows.length > 1 && rows[0].at < rows.at(-1).at ? rows.reverse() : rows);

function line(row, picked, index) {
  const status = row.code ? `${row.status} ${row.code}` : row.status;
  return h(
    "div",
    { class: "row", id: `m-${row.uuid}`, role: "option", "aria-selected": String(picked), "aria-posinset": index + 1 },
    mark(row.channel),
    h("span", { class: "who" }, person(row.person), h("span", { class: "via" }, channelName(row.channel), row.place ? ` · step ${row.place.number}` : "")),
    pill(tone(row.status), status),
    h("span", { class: "gist" }, row.inbound ? h("span", { class: "arrow" }, "wrote: ") : null, gist(row)),
    h("time", { class: "mono" }, second(row.at)),
  );
}
