/** The sandbox's clock: told twice a second, stopped, sped up and moved by hand. */

import { attempt, get, has, tell } from "./api.js";
import { $, h, icon } from "./dom.js";
import { moment, second } from "./words.js";

const SPEEDS = [1, 10, 60, 600];

export class Clock {
  constructor(moved) {
    this.moved = moved;
    this.known = { now: new Date(), speed: 1, frozen: false };
    this.seen = performance.now();
    this.can = has("GET", "/clock");
    $("#clock-tools").hidden = !has("POST", "/clock");
    $("#pause").addEventListener("click", () => this._tell(this.known.frozen ? { freeze: false } : { freeze: true }));
    $("#advance").addEventListener("click", () => this._tell({ advance: "15m" }, "Fifteen minutes later"));
    const speed = $("#speed");
    speed.append(...SPEEDS.map((each) => h("option", { value: each }, `×${each}`)));
    speed.addEventListener("change", () => this._tell({ speed: Number(speed.value) }));
    setInterval(() => this.draw(), 500);
  }

  /** The time in the sandbox. */
  now() {
    const { now, speed, frozen } = this.known;
    return new Date(+now + (frozen ? 0 : (performance.now() - this.seen) * speed));
  }

  async refresh() {
    if (!this.can) return this.draw();
    const told = await get("/_sandbox/clock").catch(() => null);
    if (told !== null) this._take(told);
    return undefined;
  }

  draw() {
    if (document.hidden) return;
    const text = second(this.now());
    if ($("#clock-now").textContent !== text) $("#clock-now").textContent = text;
  }

  async _tell(body, done) {
    const told = await attempt(() => tell("POST", "/clock", body), done);
    if (told === undefined) return;
    if (told.now) this._take(told);
    else await this.refresh();
    this.moved();
  }

  _take(told) {
    this.known = { now: moment(told.now), speed: told.speed ?? 1, frozen: Boolean(told.frozen) };
    this.seen = performance.now();
    const { speed, frozen } = this.known;
    const pause = $("#pause");
    pause.replaceChildren(icon(frozen ? "play" : "pause"), h("span", {}, frozen ? "Run" : "Pause"));
    pause.setAttribute("aria-pressed", String(frozen));
    const select = $("#speed");
    if (![...select.options].some((each) => Number(each.value) === speed)) select.append(h("option", { value: speed }, `×${speed}`));
    select.value = String(speed);
    $("#clock").dataset.frozen = frozen ? "yes" : "no";
    this.draw();
  }
}
