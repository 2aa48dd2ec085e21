/** The tab of chaos: a field for whatever the sandbox can be made to do wrong. */

import { attempt, get, has, tell } from "./api.js";
import { $, h, throttled } from "./dom.js";

export class Chaos {
  constructor() {
    this.able = has("GET", "/chaos");
    this.refresh = throttled(500, () => this._load());
    $("#chaos-form").addEventListener("submit", (event) => this._save(event));
    $("#chaos-calm").addEventListener("click", () => this._calm());
  }

  async _load() {
    if (!this.able) return;
    const found = await get("/_sandbox/chaos").catch(() => null);
    if (found === null) return;
    const key = JSON.stringify(found);
    if (key === this.key || $("#chaos-fields").contains(document.activeElement)) return;
    this.key = key;
    this.known = found;
    $("#chaos-fields").replaceChildren(...fields(found, []));
  }

  async _save(event) {
    event.preventDefault();
    const told = structuredClone(this.known ?? {});
    for (const field of $("#chaos-fields").querySelectorAll("[data-path]")) put(told, JSON.parse(field.dataset.path), valueOf(field));
    await this._put(told, "Chaos as you asked");
  }

  async _calm() {
    await this._put(calm(this.known ?? {}), "All calm");
  }

  async _put(body, done) {
    if ((await attempt(() => tell("PUT", "/chaos", body), done)) === undefined) return;
    this.key = null;
    document.activeElement?.blur();
    this.refresh();
  }
}

/** Words for a name as JSON spells it. */
const spoken = (name) => name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase());

function fields(value, path) {
  return Object.entries(value).map(([name, inner]) => {
    const here = [...path, name];
    if (inner !== null && typeof inner === "object" && !Array.isArray(inner)) {
      return h("fieldset", {}, h("legend", {}, spoken(name)), fields(inner, here));
    }
    return field(name, inner, here);
  });
}

function field(name, value, path) {
  const id = `chaos-${path.join("-")}`;
  const label = h("label", { for: id }, spoken(name));
  const props = { id, "data-path": JSON.stringify(path), "data-kind": Array.isArray(value) || value === null ? "json" : typeof value };
  if (typeof value === "boolean") return h("div", { class: "field" }, label, h("input", { ...props, type: "checkbox", checked: value }));
  if (typeof value === "number" && value >= 0 && value <= 1 && !/seed|rate_per|per_second|seconds|delay/.test(name)) {
    const shown = h("output", { for: id, class: "mono" }, percent(value));
    const slide = h("input", { ...props, type: "range", min: 0, max: 1, step: 0.01, value, oninput: (event) => (shown.textContent = percent(event.target.value)) });
    return h("div", { class: "field" }, label, slide, shown);
  }
  if (typeof value === "number") return h("div", { class: "field" }, label, h("input", { ...props, type: "number", step: "any", min: 0, value }));
  return h("div", { class: "field" }, label, h("input", { ...props, type: "text", value: typeof value === "string" ? value : value === null ? "" : JSON.stringify(value) }));
}

const percent = (share) => `${Math.round(share * 100)} %`;

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.dataset.kind === "number") return Number(input.value);
  if (input.dataset.kind !== "json") return input.value;
  if (input.value.trim() === "") return null;
  try {
    return JSON.parse(input.value);
  } catch {
    return input.value;
  }
}

function put(target, path, value) {
  const last = path.at(-1);
  path.slice(0, -1).reduce((inner, name) => inner[name], target)[last] = value;
}

/** The same with nothing going wrong: shares are nought, switches off, lists empty. */
function calm(value) {
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (name === "seed") return [name, inner];
      if (Array.isArray(inner)) return [name, []];
      if (inner !== null && typeof inner === "object") return [name, calm(inner)];
      if (typeof inner === "number") return [name, 0];
      return [name, typeof inner === "boolean" ? false : inner];
    }),
  );
}
