/** What the control API says, in the few shapes that this page draws. */

import { moment, plain } from "./words.js";

const object = (value) => (value !== null && typeof value === "object" && !Array.isArray(value) ? value : null);

/** A row of the list, whoever wrote it. */
export function message(raw) {
  const inbound = raw.direction === "inbound" || raw.status === "inbound" || raw.kind === "inbound" || (raw.status === undefined && "content" in raw);
  return {
    uuid: raw.message_uuid,
    inbound,
    channel: plain(raw.channel),
    api: raw.api ?? "v1",
    type: raw.message_type ?? raw.type ?? "text",
    person: String((inbound ? raw.from : raw.to) ?? ""),
    account: String((inbound ? raw.to : raw.from) ?? ""),
    text: words(raw),
    content: raw.content,
    request: object(raw.request),
    status: inbound ? "inbound" : raw.revoked_at ? "revoked" : (raw.status ?? "accepted"),
    code: raw.code ?? raw.error?.code ?? null,
    at: moment(raw.accepted_at ?? raw.at ?? raw.timestamp),
    changed: moment(raw.updated_at ?? raw.changed_at ?? raw.status_at ?? raw.read_at),
    segments: raw.segments ?? null,
    place: object(raw.workflow),
    replying: Boolean(raw.replying),
    clientRef: raw.client_ref ?? null,
  };
}

function words(raw) {
  if (typeof raw.text === "string" && raw.text !== "") return raw.text;
  return typeof raw.content === "string" ? raw.content : "";
}

/** What a message carries: its type and the object or string under that name. */
export function content(entry) {
  const request = entry.request;
  const nested = object(object(request?.message)?.content);
  const holder = nested ?? request ?? {};
  const type = nested?.type ?? entry.type;
  const inner = holder[type] ?? (object(request?.message) ?? {})[type] ?? entry.content ?? entry.text;
  const object_ = object(entry.content);
  return { type, inner: request === null && object_?.[type] !== undefined ? object_[type] : inner };
}

/** Everything about one message, ready for the inspector. */
export function detail(raw) {
  return {
    ...message(raw),
    answer: raw.answer ?? raw.response ?? null,
    exchange: object(raw.exchange) ?? null,
    timeline: (raw.timeline ?? []).map((event) => ({
      status: event.status ?? event.kind ?? event.event ?? "",
      code: event.code ?? null,
      reason: event.reason ?? event.detail ?? null,
      at: moment(event.at),
    })),
    webhooks: (raw.webhooks ?? []).map(webhook),
    workflowId: raw.workflow?.workflow_id ?? raw.workflow?.id ?? null,
  };
}

export function webhook(raw) {
  return {
    id: raw.id ?? raw.webhook_id ?? null,
    kind: raw.kind ?? "status",
    url: raw.url ?? null,
    state: raw.state ?? "pending",
    uuid: raw.message_uuid ?? raw.body?.message_uuid ?? null,
    status: object(raw.body)?.status ?? null,
    body: raw.body ?? null,
    at: moment(raw.at ?? raw.created_at ?? raw.attempts?.[0]?.at),
    due: raw.next_at ?? raw.due ?? null,
    attempts: (raw.attempts ?? []).map((one) => ({
      at: moment(one.at),
      answer: one.answer ?? one.status ?? null,
      error: one.error ?? null,
      took: one.took_ms ?? one.ms ?? (one.took === undefined || one.took === null ? null : one.took * 1000),
      claims: object(one.claims) ?? object(one.signature?.claims) ?? object(one.signature) ?? null,
    })),
  };
}

/** A workflow as lanes: which channel was tried, from when to when, and what ended it. */
export function workflow(raw) {
  return {
    id: raw.workflow_id ?? raw.id,
    api: raw.api ?? "v1",
    status: raw.status ?? "running",
    total: raw.items_total ?? raw.total ?? (raw.steps ?? []).length,
    cost: raw.cost ?? raw.usage ?? null,
    report: raw.report ?? null,
    started: moment(raw.started_at ?? raw.start ?? raw.steps?.[0]?.start ?? raw.steps?.[0]?.started_at),
    person: raw.to ?? raw.steps?.[0]?.to ?? "",
    steps: (raw.steps ?? []).map(step),
  };
}

function step(raw) {
  return {
    uuid: raw.message_uuid ?? null,
    channel: plain(raw.channel),
    start: moment(raw.start ?? raw.started_at ?? raw.accepted_at),
    end: moment(raw.end ?? raw.ended_at),
    outcome: raw.outcome ?? null,
    status: raw.status ?? raw.outcome ?? "",
    code: raw.code ?? null,
    until: raw.until ?? raw.condition?.status ?? null,
    within: raw.within ?? raw.expiry_time ?? raw.condition?.expiry_time ?? null,
    events: (raw.events ?? raw.timeline ?? []).map((event) => ({ status: event.status, code: event.code ?? null, at: moment(event.at) })),
  };
}
