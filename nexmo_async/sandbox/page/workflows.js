/** The tab of workflows: a list, and the lanes of the one that was picked. */

import { get, has, part } from "./api.js";
import { $, h, mark, pill, throttled } from "./dom.js";
import { workflowCard } from "./inspector.js";
import { summary } from "./lanes.js";
import * as shape from "./shape.js";
import { channelName, person, second, short, tone } from "./words.js";

export class Workflows {
  constructor(now, open) {
    this.now = now;
    this.open = open;
    this.picked = null;
    this.able = has("GET", "/workflows");
    this.refresh = throttled(400, () => this._load());
  }

  async _load() {
    const found = await get("/_sandbox/workflows", { limit: 100 }).catch(() => null);
    if (found === null) return;
    const flows = (found.workflows ?? []).map(shape.workflow);
    if (flows.length > 1 && flows[0].started < flows.at(-1).started) flows.reverse();
    this.picked ??= flows[0]?.id ?? null;
    if (!flows.some((flow) => flow.id === this.picked)) this.picked = flows[0]?.id ?? null;
    const key = JSON.stringify([flows, this.picked]);
    if (key !== this.key) this._list(flows);
    this.key = key;
    if (this.picked !== null) await this._one(this.picked);
    else $("#workflow").replaceChildren();
  }

  _list(flows) {
    $("#workflows-empty").hidden = flows.length > 0;
    $("#workflows-box").hidden = flows.length === 0;
    const focused = document.activeElement?.dataset?.flow;
    $("#workflows").replaceChildren(...flows.map((flow) => this._row(flow)));
    if (focused) $(`[data-flow="${CSS.escape(focused)}"]`)?.focus();
  }

  _row(flow) {
    const steps = flow.steps.flatMap((step) => [mark(step.channel), h("span", {}, channelName(step.channel))]);
    const pick = () => {
      this.picked = flow.id;
      this.refresh();
    };
    return h(
      "li",
      {},
      h(
        "button",
        { class: "flow", type: "button", "data-flow": flow.id, "aria-pressed": String(flow.id === this.picked), onclick: pick },
        h("b", {}, flow.person ? person(flow.person) : short(flow.id)),
        pill(tone(flow.status), flow.status),
        h("span", { class: "gist" }, steps),
        h("time", { class: "mono" }, second(flow.started)),
      ),
    );
  }

  async _one(id) {
    const raw = await get(`/_sandbox/workflows/${part(id)}`).catch(() => null);
    if (raw === null || id !== this.picked) return;
    const flow = shape.workflow(raw);
    const key = JSON.stringify([raw, flow.status === "running" ? Math.floor(this.now() / 1000) : 0]);
    if (key === this.oneKey) return;
    this.oneKey = key;
    $("#workflow").replaceChildren(workflowCard(flow, this.now(), this.open));
    $("#workflow").setAttribute("aria-label", summary(flow));
  }
}
