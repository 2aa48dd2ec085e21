/** The tab of webhooks: what the account was told, how often, and what it answered. */

import { get, has } from "./api.js";
import { $, h, throttled } from "./dom.js";
import { attempts, fold, state } from "./hooks.js";
import { json } from "./code.js";
import * as shape from "./shape.js";
import { second, short } from "./words.js";

/** How many are shown: the newest. */
const SHOWN = 100;

export class Webhooks {
  constructor(open) {
    this.open = open;
    this.able = has("GET", "/webhooks");
    this.refresh = throttled(600, () => this._load());
  }

  async _load() {
    const found = await get("/_sandbox/webhooks", { limit: SHOWN }).catch(() => null);
    if (found === null) return;
    const hooks = (found.webhooks ?? []).map(shape.webhook);
    if (hooks.length > 1 && Number(hooks[0].id) < Number(hooks.at(-1).id)) hooks.reverse();
    const key = JSON.stringify(hooks);
    if (key === this.key) return;
    this.key = key;
    $("#webhooks-empty").hidden = hooks.length > 0;
    const focused = document.activeElement?.closest("#webhooks li")?.dataset.hook;
    $("#webhooks").replaceChildren(...hooks.slice(0, SHOWN).map((hook) => this._row(hook)));
    if (focused) $(`#webhooks li[data-hook="${CSS.escape(focused)}"] summary`)?.focus();
  }

  _row(hook) {
    const dots = hook.attempts.map((one) => h("i", { class: "try", "data-tone": one.answer >= 200 && one.answer < 300 ? "ok" : "bad", title: String(one.answer ?? one.error) }));
    const head = h(
      "span",
      { class: "hook" },
      h("time", { class: "mono" }, second(hook.at)),
      h("b", {}, hook.kind === "status" && hook.status ? hook.status : hook.kind),
      h("span", { class: "gist mono" }, hook.url ?? "no address is set"),
      h("span", { class: "tries", role: "img", "aria-label": `${hook.attempts.length} attempts` }, dots),
      state(hook),
    );
    const open = hook.uuid && hook.kind !== "inbound" ? h("button", { class: "small", type: "button", onclick: () => this.open(hook.uuid) }, `Message ${short(hook.uuid)}`) : null;
    const body = hook.body && hook.attempts.length === 0 ? json(hook.body) : null;
    return h("li", { "data-hook": hook.id }, fold(`hook-${hook.id}`, head, attempts(hook, `tab-${hook.id}`), body, open));
  }
}
