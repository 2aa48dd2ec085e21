/** The tab of personas: who takes messages how, by a script for a number or a pattern. */

import { attempt, get, has, part, tell } from "./api.js";
import { $, h, throttled } from "./dom.js";
import { person } from "./words.js";

const IDEAS = ["read after 2s", "deliver", "reject 1300", "undeliverable", "silent", "whatsapp: silent; viber: reject 1300; sms: deliver"];

export class Personas {
  constructor() {
    this.able = has("GET", "/personas");
    this.verb = has("PUT", "/personas") || has("PUT", "/personas/{number}") ? "PUT" : "POST";
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
    const rows = scripts(found.personas ?? found);
    $("#personas-empty").hidden = rows.length > 0;
    $("#personas").replaceChildren(...rows.map(([who, script]) => this._row(who, script, true)));
    const magic = scripts(found.magic ?? found.built_in ?? {});
    $("#magic-box").hidden = magic.length === 0;
    $("#magic").replaceChildren(...magic.map(([who, script]) => this._row(who, script, false)));
  }

  _row(who, script, own) {
    const edit = () => {
      $("#persona-who").value = who;
      this._idea(script);
    };
    const able = own && (has("DELETE", "/personas/{number}") || has("DELETE", "/personas"));
    return h(
      "li",
      {},
      h("b", {}, person(who)),
      h("code", {}, script),
      h("span", { class: "tools" },
        h("button", { class: "small", type: "button", "aria-label": `Change ${who}`, onclick: edit }, "Change"),
        able ? h("button", { class: "small", type: "button", "aria-label": `Forget ${who}`, onclick: () => this._forget(who) }, "Forget") : null,
      ),
    );
  }

  async _save(who, script) {
    if (who === "" || script === "") return;
    const one = has(this.verb, "/personas/{number}");
    const path = one ? `/personas/${part(who)}` : "/personas";
    if ((await attempt(() => tell(this.verb, path, one ? { script } : { [who]: script }), "Saved")) === undefined) return;
    $("#persona-form").reset();
    this.refresh();
  }

  async _forget(who) {
    const one = has("DELETE", "/personas/{number}");
    await attempt(() => tell("DELETE", one ? `/personas/${part(who)}` : "/personas", one ? {} : { [who]: null }), "Forgotten");
    this.refresh();
  }
}

/** Scripts by recipient, whether they come as an object or as a list. */
function scripts(given) {
  if (Array.isArray(given)) return given.map((each) => [each.number ?? each.recipient ?? each.pattern, each.script]);
  return Object.entries(given).map(([who, script]) => [who, typeof script === "string" ? script : (script?.script ?? "")]);
}
