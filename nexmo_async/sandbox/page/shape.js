/** What the control API says, in the few shapes that this page draws. */

import { moment, plain } from "./words.js";

const object = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : null);

/** A row of the list, whoever wrote it. */
export function message(raw) {
  const inbound = raw.direction === "inbound" || raw.status === undefined;
  return {
    uuid: raw.message_uuid,
    inbound,
    channel: plain(raw.channel),
    api: raw.api ?? "v1",
    type: raw.message_type ?? "text",
    person: String((inbound ? raw.from : raw.to) ?? ""),
    account: String((inbound ? raw.to : raw.from) ?? ""),
    text: words(raw),
    content: raw.content,
    request: object(raw.request),
    status: inbound ? "inbound" : raw.revoked_at ? "revoked" : (raw.status ?? "accepted"),
    code: raw.code ?? null,
    at: moment(raw.accepted_at ?? raw.at),
    changed: moment(raw.updated_at ?? raw.read_at),
    segments: raw.segments ?? null,
    about: raw.about ?? "",
    waits: raw.waits ?? 0,
    place: object(raw.workflow),
    replying: Boolean(raw.replying),
    clientRef: raw.client_ref ?? null,
  };
}

function words(raw) {
  if (typeof raw.text === "string" && raw.text !== "") return raw.text;
  return typeof raw.content === "string" ? raw.content : "";
}

/** The sandbox's own files: what people send when nobody says what. */
const SAMPLES = { image: "picture.png", audio: "sound.mp3", video: "film.mp4", file: "paper.pdf", vcard: "card.vcf", sticker: "sticker.webp" };

/** What a message carries: its type and the object or string under that name. */
export function content(entry) {
  const request = entry.request;
  const nested = object(object(request?.message)?.content);
  const holder = nested ?? request ?? {};
  const type = nested?.type ?? entry.type;
  const inner = holder[type] ?? (object(request?.message) ?? {})[type] ?? entry.content ?? entry.text;
  if (entry.inbound && type in SAMPLES) return { type, inner: { url: `${location.origin}/_sandbox/media/${SAMPLES[type]}`, ...object(inner) } };
  return { type, inner };
}

/** Everything about one message, ready for the inspector. */
export function detail(raw) {
  return {
    ...message(raw),
    answer: raw.answer ?? null,
    timeline: (raw.timeline ?? []).map((event) => ({
      status: event.status,
      code: event.code ?? null,
      reason: event.reason ?? null,
      at: moment(event.at),
    })),
    webhooks: (raw.webhooks ?? []).map(webhook),
    workflowId: raw.workflow?.workflow_id ?? null,
  };
}

export function webhook(raw) {
  return {
    id: raw.id ?? null,
    kind: raw.kind,
    url: raw.url ?? null,
    state: raw.state,
    uuid: raw.message_uuid ?? null,
    status: object(raw.body)?.status ?? null,
    body: raw.body ?? null,
    at: moment(raw.attempts?.[0]?.at ?? raw.body?.timestamp),
    attempts: (raw.attempts ?? []).map((one) => ({
      at: moment(one.at),
      answer: one.answer ?? null,
      error: one.error ?? null,
      claims: object(one.claims),
    })),
  };
}

/** A workflow as lanes: which channel was tried, from when to when, and what ended it. */
export function workflow(raw) {
  return {
    id: raw.workflow_id,
    api: raw.api,
    status: raw.status,
    total: raw.items_total,
    cost: object(raw.cost),
    report: raw.report ?? null,
    started: moment(raw.started_at),
    person: raw.to ?? "",
    steps: raw.steps.map(step),
  };
}

function step(raw) {
  return {
    uuid: raw.message_uuid ?? null,
    channel: plain(raw.channel),
    start: moment(raw.start),
    end: moment(raw.end),
    outcome: raw.outcome ?? null,
    status: raw.status,
    code: raw.code ?? null,
    until: raw.until ?? null,
    within: raw.within ?? null,
    events: raw.events.map((event) => ({ status: event.status, code: event.code ?? null, at: moment(event.at) })),
  };
}
