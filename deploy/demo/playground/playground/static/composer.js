// A composer: sends on Enter, completes the verbs of /cdebug and @cdebug, remembers what was typed.
import { el } from "./blocks.js";

const STARTS = /^(\/cdebug|@cdebug)\s+(\S*)$/;

export function composer(form, completions, send) {
  const area = form.querySelector("textarea");
  const list = form.querySelector(".completions");
  const history = [];
  let chosen = 0;
  let back = 0;

  function offers() {
    const match = area.value.match(STARTS);
    if (!match) return area.value === "/" || (area.value && "/cdebug".startsWith(area.value)) ? [{ verb: "/cdebug", summary: "Debug a container", whole: true }] : [];
    return completions().filter((each) => each.verb.startsWith(match[2]) && each.verb !== match[2]);
  }

  function draw() {
    const found = offers();
    chosen = Math.min(chosen, Math.max(found.length - 1, 0));
    list.hidden = found.length === 0;
    list.replaceChildren(...found.map((each, index) =>
      el("li", { "aria-selected": String(index === chosen), onmousedown: (event) => { event.preventDefault(); complete(each); } },
        el("b", {}, each.verb), " ", each.summary)));
  }

  function complete(each) {
    const start = each.whole ? "" : `${area.value.match(STARTS)[1]} `;
    area.value = `${start}${each.verb} `;
    draw();
    area.focus();
  }

  function submit() {
    const text = area.value.trim();
    if (!text) return;
    history.push(text);
    back = history.length;
    area.value = "";
    draw();
    send(text);
  }

  function key(event) {
    const found = offers();
    if (event.key === "Tab" && found.length) { event.preventDefault(); complete(found[chosen]); }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
    else if (event.key === "ArrowDown" && found.length) { event.preventDefault(); chosen = (chosen + 1) % found.length; draw(); }
    else if (event.key === "ArrowUp" && found.length) { event.preventDefault(); chosen = (chosen + found.length - 1) % found.length; draw(); }
    else if (event.key === "ArrowUp" && !area.value.includes("\n") && back > 0) { event.preventDefault(); area.value = history[--back]; }
    else if (event.key === "Escape") list.hidden = true;
  }

  area.addEventListener("input", () => { chosen = 0; draw(); });
  area.addEventListener("keydown", key);
  area.addEventListener("blur", () => { list.hidden = true; });
  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
}
