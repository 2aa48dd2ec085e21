/** The tab of chaos: rules of one line each, and how often each of them struck. */

import { attempt, get, has, tell } from "./api.js";
import { $, h, throttled } from "./dom.js";

const IDEAS = ["503 10%", "429 to 4477*", "reset 3x", "500-late 5%", "slow 2s 50% for 10m", "lose 10%", "double 20%", "shuffle 5s", "unsigned 1x"];

export class Chaos {
  constructor() {
    this.able = has("GET", "/chaos");
    this.rules = [];
    this.refresh = throttled(500, () => this._load());
    $("#chaos-ideas").append(...IDEAS.map((idea) => h("button", { class: "chip", type: "button", onclick: () => this._idea(idea) }, idea)));
    $("#chaos-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this._add($("#chaos-rule").value.trim());
    });
    $("#chaos-calm").addEventListener("click", () => this._put([], "All calm"));
    $("#realistic").addEventListener("change", (event) => {
      attempt(() => tell("PUT", "/limits", { realistic: event.target.checked }), event.target.checked ? "Carriers as they are" : "No limits");
    });
  }

  _idea(idea) {
    $("#chaos-rule").value = idea;
    $("#chaos-rule").focus();
  }

  async _load() {
    if (!this.able) return;
    const [found, limits] = await Promise.all([get("/_sandbox/chaos"), has("GET", "/limits") ? get("/_sandbox/limits") : null]).catch(() => [null]);
    if (found === null) return;
    const key = JSON.stringify([found, limits]);
    if (key === this.key) return;
    this.key = key;
    this.rules = found.rules.map((each) => each.rule);
    // Trouble that was asked for and forgotten is looked for in the wrong place.
    $("#tab-chaos").textContent = this.rules.length || "";
    $("#chaos-grammar").textContent = found.grammar;
    $("#chaos-empty").hidden = this.rules.length > 0;
    $("#chaos-calm").disabled = this.rules.length === 0;
    $("#chaos").replaceChildren(...found.rules.map((each, index) => this._row(each, index)));
    $("#limits").hidden = limits === null;
    $("#realistic").checked = Boolean(limits?.realistic);
  }

  _row({ rule, used }, index) {
    const drop = () => this._put(this.rules.filter((_, other) => other !== index), "Gone");
    return h(
      "li",
      {},
      h("code", {}, rule),
      h("span", { class: "soft" }, used === 1 ? "struck once" : `struck ${used} times`),
      h("span", { class: "tools" }, h("button", { class: "small", type: "button", "aria-label": `Remove ${rule}`, onclick: drop }, "Remove")),
    );
  }

  async _add(rule) {
    if (rule === "") return;
    if (await this._put([...this.rules, rule], "Added")) $("#chaos-form").reset();
  }

  async _put(rules, done) {
    const answer = await attempt(() => tell("PUT", "/chaos", { rules }), done);
    this.refresh();
    return answer !== undefined;
  }
}
