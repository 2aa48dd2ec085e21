/** The tab of personas: who takes messages how, by a script for a number or a pattern. */

import { attempt, get, has, tell } from "./api.js";
import { $, h, throttled } from "./dom.js";
import { person } from "./words.js";

const IDEAS = ["read after 2s", "deliver", "reject 1300", "undeliverable", "silent", "flaky 20%", "slow", 'reply "STOP"', "whatsapp: silent; viber: reject 1300; sms: deliver"];

export class Personas {
  constructor() {
    this.able = has("GET", "/personas");
    this.refresh = throttled(500, () => this._load());
    $("#persona-ideas").append(
      ...IDEAS.map((idea) => h("button", { class: "chip", type: "button", onclick: () => this._idea(idea) }, idea)),
    );
    $("#persona-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this._save($("#persona-who").value.replace(/[\s+]/g, ""), $("#persona-script").value.trim());
    });
  }

  _idea(idea) {
    $("#persona-script").value = idea;
    $("#persona-script").focus();
  }

  async _load() {
    if (!this.able) return;
    const found = await get("/_sandbox/personas").catch(() => null);
    if (found === null) return;
    const key = JSON.stringify(found);
    if (key === this.key) return;
    this.key = key;
    const rows = Object.entries(found.personas);
    $("#persona-grammar").textContent = found.grammar;
    $("#personas-empty").hidden = rows.length > 0;
    $("#personas").replaceChildren(...rows.map(([who, script]) => this._row(who, script, true)));
    const magic = Object.entries(found.magic);
    $("#magic-box").hidden = magic.length === 0;
    $("#magic").replaceChildren(...magic.map(([who, script]) => this._row(who, script, false)));
  }

  _row(who, script, own) {
    const edit = () => {
      $("#persona-who").value = who;
      this._idea(script);
    };
    return h(
      "li",
      {},
      h("b", {}, person(who)),
      h("code", {}, script),
      h("span", { class: "tools" },
        h("button", { class: "small", type: "button", "aria-label": `Change ${who}`, onclick: edit }, "Change"),
        own ? h("button", { class: "small", type: "button", "aria-label": `Forget ${who}`, onclick: () => this._forget(who) }, "Forget") : null,
      ),
    );
  }

  async _save(who, script) {
    if (who === "" || script === "") return;
    if ((await attempt(() => tell("PUT", "/personas", { [who]: script }), "Saved")) === undefined) return;
    $("#persona-form").reset();
    this.refresh();
  }

  async _forget(who) {
    await attempt(() => tell("PUT", "/personas", { [who]: null }), "Forgotten");
    this.refresh();
  }
}
