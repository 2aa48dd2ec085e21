/** What happens in the sandbox, as it happens: gathered, then told a few times a second. */

import { at } from "./api.js";

/** How long changes are gathered before they are shown, in milliseconds. */
const GATHER = 200;

/** Kinds of events that the sandbox names. */
const KINDS = ["message", "inbound", "webhook", "workflow", "clock", "personas", "chaos", "limits", "info"];

/**
 * Listen for as long as the page is open.
 *
 * @param {(touched: Map<string, object>, kinds: Set<string>) => void} changed
 *   Hears of all that changed, by message; an empty map means: look at everything.
 * @param {(state: "live" | "away") => void} state Hears whether the sandbox is there.
 */
export function listen(changed, state) {
  let touched = new Map();
  let kinds = new Set();
  let timer = 0;

  function flush() {
    timer = 0;
    if (document.hidden) return;
    const [told, of] = [touched, kinds];
    touched = new Map();
    kinds = new Set();
    changed(told, of);
  }

  function gather(kind, data) {
    kinds.add(kind);
    if (kind === "message" && data?.message_uuid) touched.set(data.message_uuid, data);
    if (timer === 0) timer = setTimeout(flush, GATHER);
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && kinds.size > 0 && timer === 0) timer = setTimeout(flush, 0);
  });

  const source = new EventSource(at("/_sandbox/events"));
  source.addEventListener("open", () => {
    state("live");
    gather("resync");
  });
  source.addEventListener("error", () => state("away"));
  source.addEventListener("resync", () => gather("resync"));
  for (const kind of KINDS) {
    source.addEventListener(kind, (event) => gather(kind, parsed(event.data)));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
