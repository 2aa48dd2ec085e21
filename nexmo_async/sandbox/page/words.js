/** How things are spelled for people: numbers, times, statuses, channels. */

const CHANNELS = {
  sms: "SMS",
  mms: "MMS",
  whatsapp: "WhatsApp",
  messenger: "Messenger",
  viber: "Viber",
  rcs: "RCS",
  email: "Email",
};

export const PLAIN = Object.keys(CHANNELS);

export const plain = (channel) => (String(channel).startsWith("viber") ? "viber" : String(channel ?? ""));

export const channelName = (channel) => CHANNELS[plain(channel)] ?? String(channel);

const TONES = {
  accepted: "wait",
  submitted: "wait",
  pending: "wait",
  running: "wait",
  delivered: "ok",
  read: "ok",
  completed: "ok",
  taken: "ok",
  rejected: "bad",
  undeliverable: "bad",
  refused: "bad",
  dropped: "bad",
  lost: "bad",
  error: "bad",
  failed: "bad",
};

export const tone = (status) => TONES[status] ?? "calm";

/** Country codes that are worth a space of their own. */
const COUNTRY = /^(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})(\d+)$/;

export function person(id) {
  const text = String(id ?? "");
  if (/^\d{16,}$/.test(text)) return `ID ${text.slice(0, 4)}…${text.slice(-4)}`;
  if (!/^\d{7,15}$/.test(text)) return text.length > 20 ? `${text.slice(0, 8)}…${text.slice(-4)}` : text;
  const [, country, rest] = COUNTRY.exec(text);
  if (country === "1" && rest.length === 10) return `+1 ${rest.slice(0, 3)} ${rest.slice(3, 6)} ${rest.slice(6)}`;
  return `+${country} ${rest.length > 6 ? `${rest.slice(0, 4)} ${rest.slice(4)}` : rest}`;
}

export const short = (id) => (String(id).length > 14 ? `${String(id).slice(0, 8)}…${String(id).slice(-4)}` : String(id));

const two = (number) => String(number).padStart(2, "0");

export const minute = (at) => (valid(at) ? `${two(at.getHours())}:${two(at.getMinutes())}` : "");

export const second = (at) => (valid(at) ? `${minute(at)}:${two(at.getSeconds())}` : "");

export const exact = (at) => (valid(at) ? `${second(at)}.${String(at.getMilliseconds()).padStart(3, "0")}` : "");

export const moment = (text) => new Date(text ?? Number.NaN);

const valid = (at) => at instanceof Date && !Number.isNaN(at.getTime());

/** A stretch of time, in milliseconds, in the two largest units. */
export function stretch(ms) {
  if (!Number.isFinite(ms)) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return ms < 10_000 ? `${Number((ms / 1000).toFixed(1))} s` : `${seconds} s`;
  const [days, hours, minutes, rest] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [[days, "d"], [hours, "h"], [minutes, "min"], [rest, "s"]].filter(([count]) => count);
  return parts.slice(0, 2).map(([count, unit]) => `${count} ${unit}`).join(" ");
}

export const count = (number) => Number(number ?? 0).toLocaleString("en");
