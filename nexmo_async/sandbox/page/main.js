/** The page: puts its parts together, and does nothing else. */

import { attempt, copy, get, has, learn, part, tell } from "./api.js";
import { Chaos } from "./chaos.js";
import { Clock } from "./clock.js";
import { Write } from "./dialogs.js";
import { $ } from "./dom.js";
import { Inspector } from "./inspector.js";
import { keys } from "./keys.js";
import { List } from "./list.js";
import { listen } from "./live.js";
import { Personas } from "./personas.js";
import { Phone } from "./phone.js";
import * as shape from "./shape.js";
import { Webhooks } from "./webhooks.js";
import { Workflows } from "./workflows.js";

const TABS = ["messages", "workflows", "webhooks", "personas", "chaos"];

await learn();

const phone = new Phone();
const clock = new Clock(() => refresh());
const inspector = new Inspector(() => clock.now(), (uuid) => open(uuid));
const list = new List(
  (row) => {
    phone.show(row.person);
    inspector.show(row);
  },
  () => {
    phone.clear();
    inspector.clear();
  },
);
const tabs = {
  workflows: new Workflows(() => clock.now(), (uuid) => open(uuid)),
  webhooks: new Webhooks((uuid) => open(uuid)),
  personas: new Personas(),
  chaos: new Chaos(),
};
const write = new Write(
  () => list.byUuid.get(list.selected) ?? null,
  () => refresh(),
);

/** Show one message, whether it is in the list or not. */
async function open(uuid) {
  location.hash = "messages";
  if (list.byUuid.has(uuid)) {
    list.pick(uuid);
  } else {
    const raw = await get(`/_sandbox/messages/${part(uuid)}`).catch(() => null);
    if (raw === null) return;
    const row = shape.message(raw);
    list.pick(uuid);
    phone.show(row.person);
    inspector.show(row);
  }
  pane("inspector");
}

const current = () => (TABS.includes(location.hash.slice(1)) ? location.hash.slice(1) : "messages");

function turn() {
  const now = current();
  for (const tab of TABS) {
    $(`#${tab}-tab`).hidden = tab !== now;
    const link = $(`nav a[href="#${tab}"]`);
    if (tab === now) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    // On a narrow screen the views are a row that scrolls.
    if (tab === now) link.scrollIntoView({ block: "nearest", inline: "center" });
  }
  tabs[now]?.refresh();
}

/** On a narrow screen one pane is seen at a time. */
function pane(name) {
  $("#messages-tab").dataset.pane = name;
  if (name === "phone") phone.toEnd();
  for (const button of document.querySelectorAll("[data-show]")) button.setAttribute("aria-pressed", String(button.dataset.show === name));
}

function refresh() {
  list.refresh();
  phone.refresh();
  inspector.refresh();
  tabs[current()]?.refresh();
}

async function changed(touched, kinds) {
  if (kinds.has("resync") || kinds.has("clock")) clock.refresh();
  if (kinds.has("resync") || kinds.has("chaos")) tabs.chaos.refresh();
  if (kinds.has("resync")) await list.reload();
  else if (["message", "inbound", "workflow"].some((kind) => kinds.has(kind))) list.touch(touched);
  phone.refresh();
  inspector.refresh();
  tabs[current()]?.refresh();
}

function state(now) {
  $("#live").dataset.state = now;
  $("#live-words").textContent = now === "live" ? "live" : "away";
}

async function introduce() {
  $("#live-host").textContent = location.host;
  const info = has("GET", "/info") ? await get("/_sandbox/info", { secrets: 1 }).catch(() => ({})) : {};
  const user = info.api_key && info.api_secret ? `'${info.api_key}:${info.api_secret}'` : '"$NEXMO_API_KEY:$NEXMO_API_SECRET"';
  const body = '{"channel": "sms", "message_type": "text", "to": "447700900000", "from": "447700900001", "text": "Hello"}';
  const line = `curl -u ${user} -H 'Content-Type: application/json' -d '${body}' ${location.origin}/v1/messages`;
  $("#try").textContent = line;
  $("#try-copy").addEventListener("click", () => copy(line, "curl line"));
}

function hideWhatIsNotThere() {
  for (const [name, tab] of Object.entries(tabs)) $(`nav a[href="#${name}"]`).hidden = !tab.able;
  $("#write-open").hidden = !has("POST", "/inbound");
  $("#reset").hidden = !has("POST", "/reset");
}

function theme() {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
  root.dataset.theme = localStorage.getItem("theme") ?? "";
  $("#theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    localStorage.setItem("theme", root.dataset.theme);
  });
}

async function forget() {
  if ((await attempt(() => tell("POST", "/reset"), "Everything is forgotten")) === undefined) return;
  $("#help").close();
  changed(new Map(), new Set(["resync"]));
}

hideWhatIsNotThere();
theme();
phone.clear();
inspector.clear();
pane("list");
turn();
addEventListener("hashchange", turn);
for (const button of document.querySelectorAll("[data-show]")) button.addEventListener("click", () => pane(button.dataset.show));
$("#list").addEventListener("opened", () => pane("phone"));
$("#write-open").addEventListener("click", () => write.open());
$("#reset").addEventListener("click", forget);
keys({ list, write, pane });
listen(changed, state);
introduce();
clock.refresh();
list.refresh();
tabs.chaos.refresh();
document.documentElement.dataset.ready = "yes";
