/** Elements from plain words. Data only ever becomes text: nothing here reads HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** Pictures as single paths on a 16 by 16 grid. */
const PATHS = {
  image: "M2 3h12v10H2zM2 11l3.5-4 3 3 2-2L14 11M10.5 6h.01",
  audio: "M3 6v4M6 4v8M9 2.5v11M12 5v6",
  video: "M2 3h12v10H2zM6.5 6v4l3.5-2z",
  file: "M4 1.5h5L12.5 5v9.5H4zM9 1.5V5h3.5",
  vcard: "M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM3 13.5c.6-2.4 2.6-3.5 5-3.5s4.4 1.1 5 3.5",
  pin: "M8 14.5s4.5-4.2 4.5-7.7a4.5 4.5 0 0 0-9 0C3.5 10.3 8 14.5 8 14.5zM8 8.2a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
  cards: "M2 4.5h8v8H2zM12.5 5v7M15 6v5",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6 14.5 14.5",
  theme: "M8 1.5a6.5 6.5 0 1 0 0 13zM8 1.5a6.5 6.5 0 0 1 0 13",
  back: "M10 3 5 8l5 5",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3.2v9.6L12.5 8z",
  bolt: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8z",
};

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "vars") setVars(element, value);
    else if (name in PROPERTIES) element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return element;
}

const PROPERTIES = { value: 1, checked: 1, disabled: 1, hidden: 1, open: 1, selected: 1 };

export function setVars(element, values) {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, value);
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.file);
  svg.append(path);
  return svg;
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** The coloured square that stands for a channel. */
export const mark = (channel) => h("i", { class: "mark", "data-channel": channel, "aria-hidden": "true" });

export const pill = (tone, text) => h("span", { class: "pill", "data-tone": tone }, text);

/** Runs at most once per animation frame, however often it is asked. */
export function framed(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

/** Runs now, then at most once in so many milliseconds; the last call is never lost. */
export function throttled(pause, run) {
  let waiting = false;
  let again = false;
  const go = async () => {
    if (waiting) {
      again = true;
      return;
    }
    waiting = true;
    try {
      await run();
    } finally {
      setTimeout(() => {
        waiting = false;
        if (again) {
          again = false;
          go();
        }
      }, pause);
    }
  };
  return go;
}

export function debounced(pause, run) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), pause);
  };
}
