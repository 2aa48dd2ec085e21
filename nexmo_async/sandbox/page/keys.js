/** The keyboard: everything the mouse can do often. */

import { $ } from "./dom.js";

const TYPING = new Set(["INPUT", "TEXTAREA", "SELECT"]);

export function keys({ list, write, pane }) {
  const help = $("#help");
  $("#help-open").addEventListener("click", () => help.showModal());
  const doings = {
    j: () => list.move(1),
    k: () => list.move(-1),
    "/": () => {
      location.hash = "messages";
      pane("list");
      $("#search").focus();
      $("#search").select();
    },
    r: () => {
      location.hash = "messages";
      pane("phone");
      $("#reply").focus();
    },
    w: () => write.open(),
    "?": () => help.showModal(),
  };
  const tabs = ["messages", "workflows", "webhooks", "personas", "chaos"];

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]") !== null) return;
    if (event.key === "Escape") {
      escape(event.target);
      return;
    }
    if (TYPING.has(event.target.tagName)) return;
    const tab = tabs[Number(event.key) - 1];
    if (tab !== undefined && !$(`nav a[href="#${tab}"]`).hidden) location.hash = tab;
    const doing = doings[event.key];
    if (doing === undefined) return;
    event.preventDefault();
    doing();
  });

  /** Out of a field; out of the search with its words; back to the list. */
  function escape(target) {
    if (target.id === "search" && target.value !== "") {
      list.search("");
      return;
    }
    if (TYPING.has(target.tagName)) target.blur();
    else pane("list");
    $("#list").focus();
  }
}
