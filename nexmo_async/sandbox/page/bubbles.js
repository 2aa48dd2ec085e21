/** One message as the person sees it. Files from elsewhere are named, never loaded. */

import { at } from "./api.js";
import { h, icon } from "./dom.js";

const MEDIA = { image: "image", sticker: "image", audio: "audio", video: "video", file: "file", vcard: "vcard" };
const URL_IN_TEXT = /(https?:\/\/[^\s]+)/;

/** The inside of a bubble: whatever stands under the type's name in the request. */
export function inside({ type, inner }) {
  if (typeof inner === "string" && !(type in MEDIA)) return [text(inner)];
  const draw = DRAWN[type];
  if (draw !== undefined) return draw(inner ?? {}, type);
  return [named("file", type), caption(inner)];
}

const DRAWN = {
  image: media,
  sticker: media,
  audio: media,
  video: media,
  file: media,
  vcard: media,
  location: place,
  template,
  reaction: (inner) => [h("p", { class: "reaction" }, inner.emoji ?? inner.action ?? "reaction")],
  card: (inner) => [card(inner)],
  carousel: (inner) => [deck(inner.cards ?? inner.items ?? [])],
  content: (inner) => [].concat(inner).flatMap((each) => media(each, each?.type ?? "file")),
  contacts: (inner) => [named("vcard", [].concat(inner)[0]?.name?.formatted_name ?? "Contact")],
  button: (inner) => [text(inner.text ?? "")],
  reply: (inner) => [text(inner.title ?? "")],
  order: (inner) => [named("cards", `Order of ${inner.product_items?.length ?? 0}`)],
  unsupported: () => [h("p", { class: "soft" }, "A kind of message that is not supported.")],
  custom: (inner) => custom(inner),
};

/** Words, with addresses that can be opened. */
export function text(words) {
  const parts = String(words).split(URL_IN_TEXT).map((each, index) => (index % 2 ? link(each, each) : each));
  return h("p", { class: "words" }, parts);
}

const link = (url, words) => h("a", { href: url, target: "_blank", rel: "noreferrer noopener" }, words);

const caption = (inner) => {
  const words = inner?.caption ?? inner?.text ?? inner?.description;
  return words ? text(words) : null;
};

const named = (picture, words) => h("p", { class: "named" }, icon(picture), h("span", {}, words));

function media(given, type) {
  const inner = typeof given === "string" ? { url: given } : given;
  const url = String(inner.url ?? "");
  const name = inner.name ?? nameOf(url) ?? type;
  return [isHere(url) ? player(type, url, name) : tile(type, url, name), caption(inner)];
}

function nameOf(url) {
  try {
    return decodeURIComponent(new URL(url).pathname.split("/").pop()) || null;
  } catch {
    return null;
  }
}

/** Only files of the sandbox itself are shown: the page asks nobody else. */
function isHere(url) {
  try {
    return new URL(url).origin === location.origin;
  } catch {
    return false;
  }
}

function player(type, url, name) {
  if (type === "image" || type === "sticker") return h("img", { class: "picture", src: at(url), alt: name, loading: "lazy" });
  if (type === "audio" || type === "video") return h(type, { class: "picture", src: at(url), controls: true, preload: "none", "aria-label": name });
  return tile(type, url, name);
}

function tile(type, url, name) {
  const big = type === "image" || type === "video" || type === "sticker";
  const inner = [h("span", { class: "glyph" }, icon(MEDIA[type] ?? "file")), h("span", { class: "name" }, name)];
  const props = { class: "tile", "data-big": big ? "yes" : null };
  if (!/^https?:/.test(url)) return h("span", props, inner);
  return h("a", { ...props, href: url, target: "_blank", rel: "noreferrer noopener", title: url }, inner);
}

function place(inner) {
  const [lat, long] = [inner.lat ?? inner.latitude, inner.long ?? inner.longitude];
  return [
    h("span", { class: "tile map", "data-big": "yes" }, h("span", { class: "glyph" }, icon("pin"))),
    text(inner.name ?? "A place"),
    lat === undefined ? null : h("p", { class: "soft" }, inner.address ?? `${lat}, ${long}`),
  ];
}

function template(inner) {
  const given = (inner.parameters ?? []).map((each) => (typeof each === "object" ? (each.default ?? each.text ?? JSON.stringify(each)) : String(each)));
  return [
    h("p", { class: "kicker" }, `Template ${String(inner.name ?? "").split(":").pop()}`),
    h("p", { class: "words" }, given.length ? given.flatMap((each, index) => [index ? " · " : "", h("b", {}, each)]) : inner.name),
  ];
}

function card(inner) {
  const body = inner.card ?? inner;
  const url = body.media_url ?? body.url ?? body.media?.url ?? "";
  return h(
    "span",
    { class: "card-in" },
    url ? media({ url }, "image")[0] : null,
    body.title ? h("b", {}, body.title) : null,
    body.text || body.description ? h("span", {}, body.text ?? body.description) : null,
    buttons(body.suggestions ?? body.buttons ?? []),
  );
}

const buttons = (list) => list.map((each) => h("span", { class: "suggestion" }, each.text ?? each.title ?? each.label ?? ""));

const deck = (cards) => h("span", { class: "deck", tabindex: "0", role: "group", "aria-label": `${cards.length} cards` }, cards.map(card));

function custom(inner) {
  if (inner.type === "template" && inner.template) return template({ name: inner.template.name, parameters: parametersOf(inner.template) });
  const words = inner.text?.body ?? inner.text ?? inner.interactive?.body?.text ?? inner.body?.text;
  if (typeof words === "string") return [text(words)];
  return [named("file", "Custom"), h("p", { class: "soft mono" }, JSON.stringify(inner).slice(0, 160))];
}

const parametersOf = (made) => (made.components ?? []).flatMap((each) => each.parameters ?? []);

/** One line that says what a message carries, for the list. */
export function gist(entry) {
  if (entry.text) return entry.text;
  const kind = entry.type === "text" ? "" : entry.type.charAt(0).toUpperCase() + entry.type.slice(1);
  return [kind, entry.about].filter(Boolean).join(" · ");
}
