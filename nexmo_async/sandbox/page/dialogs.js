/** The two dialogs: somebody writes to the app, and what the keys do. */

import { attempt, tell } from "./api.js";
import { $, h } from "./dom.js";
import { channelName } from "./words.js";

/** Channels on which people write, and from where, when nobody says who. */
const CHANNELS = ["sms", "whatsapp", "viber", "messenger", "rcs", "mms"];

export class Write {
  /** @param {() => object | null} like Tells of the message that is looked at. */
  constructor(like, done) {
    this.like = like;
    this.done = done;
    this.dialog = $("#write");
    $("#write-channel").append(...CHANNELS.map((each) => h("option", { value: each }, channelName(each))));
    $("#write-form").addEventListener("submit", (event) => this._send(event));
    for (const button of document.querySelectorAll("dialog [data-close]")) button.addEventListener("click", () => button.closest("dialog").close());
  }

  open() {
    const row = this.like();
    if (row !== null) {
      $("#write-from").value = row.person;
      $("#write-to").value = row.account;
      if (CHANNELS.includes(row.channel)) $("#write-channel").value = row.channel;
      $("#write-api").value = row.api;
    }
    this.dialog.showModal();
    $("#write-text").focus();
  }

  async _send(event) {
    event.preventDefault();
    const value = (id) => $(id).value.trim();
    const digits = (id) => (/^\+?[\d\s-]+$/.test(value(id)) ? value(id).replace(/\D/g, "") : value(id));
    const body = { api: value("#write-api"), channel: value("#write-channel"), from: digits("#write-from"), to: digits("#write-to"), text: value("#write-text") };
    const answer = await attempt(() => tell("POST", "/inbound", body), "Written: the app hears of it");
    if (answer === undefined) return;
    $("#write-text").value = "";
    this.dialog.close();
    this.done(body.from);
  }
}
