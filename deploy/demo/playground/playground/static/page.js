// The page: asks for what one person sees whenever something changed, and draws it anew.
import { el, mrkdwn, renderBlocks } from "./blocks.js";
import { composer } from "./composer.js";

const at = new URLSearchParams(location.search);
const here = { user: at.get("user") ?? "U0ANN", channel: at.get("channel") ?? "C0INCIDENT", thread: at.get("thread") ?? "" };
const $ = (id) => document.getElementById(id);
let state = null;
let drawnModal = "";

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) console.warn(path, await answer.text());
}

async function look() {
  state = await (await fetch(`/_/state?user=${here.user}`)).json();
  if (!state.channels.some((channel) => channel.id === here.channel)) here.channel = state.channels[0].id;
  draw();
}

function go(change) {
  Object.assign(here, change);
  history.replaceState(null, "", `?${new URLSearchParams(here)}`);
  $("sidebar").classList.remove("open");
  look();
}

const names = () => Object.fromEntries(state.users.map((user) => [user.id, user.name]));

function draw() {
  drawPeople();
  drawSidebar();
  const channel = state.channels.find((each) => each.id === here.channel);
  $("title").textContent = channel.kind === "im" ? channel.name : `# ${channel.name}`;
  const all = state.messages[here.channel] ?? [];
  fill($("messages"), all.filter((each) => !each.thread_ts).map((each) => message(each, all)));
  const root = all.find((each) => each.ts === here.thread);
  $("thread").hidden = !root;
  if (root) fill($("replies"), all.filter((each) => each.ts === root.ts || each.thread_ts === root.ts).map((each) => message(each, null)));
  drawModal();
}

function drawPeople() {
  const people = state.users.filter((user) => !user.bot && !user.deleted);
  $("person").replaceChildren(...people.map((user) => el("option", { value: user.id, selected: user.id === here.user }, user.real_name)));
  $("connection").textContent = state.connected ? "● the bot is connected" : "";
}

function drawSidebar() {
  const entry = (channel) => el("button", { "aria-current": String(channel.id === here.channel), onclick: () => go({ channel: channel.id, thread: "" }) },
    `${{ private: "🔒", im: "●" }[channel.kind] ?? "#"} ${channel.name}${channel.shared ? " (shared)" : ""}`);
  const part = (title, wanted) => [el("h2", {}, title), ...state.channels.filter(wanted).map(entry)];
  $("sidebar").replaceChildren(...part("Channels", (channel) => channel.kind !== "im"), ...part("Direct messages", (channel) => channel.kind === "im"));
}

// Keeps the reader's place: follows the end only where the end was in view.
function fill(list, nodes) {
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.replaceChildren(...nodes);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function message(each, all) {
  const user = state.users.find((known) => known.id === each.user) ?? { name: "Slackbot", bot: true };
  const when = new Date(Number(each.ts.split(".")[0]) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  const content = each.blocks.length ? renderBlocks(each.blocks, names(), act(each)) : [el("div", { class: "text" }, ...mrkdwn(each.text, names()))];
  return el("li", { class: `message${each.only_for ? " ephemeral" : ""}`, "data-ts": each.ts }, avatar(user),
    el("div", {}, el("span", { class: "who" }, user.name), user.bot ? el("span", { class: "badge" }, "APP") : null, el("span", { class: "when" }, when),
      each.only_for ? el("span", { class: "note" }, "Only visible to you") : null,
      ...content, ...each.files.map(file), all ? replies(each, all) : null));
}

function avatar(user) {
  const hue = [...user.name].reduce((sum, sign) => sum + sign.charCodeAt(0) * 37, 0) % 360;
  return el("div", { class: "avatar", style: `background: hsl(${hue} 45% 42%)` }, user.name[0].toUpperCase());
}

function replies(each, all) {
  const count = all.filter((reply) => reply.thread_ts === each.ts).length;
  const label = count ? `${count} ${count === 1 ? "reply" : "replies"}` : "Reply in thread";
  return each.only_for ? null : el("button", { class: "replies", onclick: () => go({ thread: each.ts }) }, label);
}

function file(each) {
  const address = `/files/${each.id}/${encodeURIComponent(each.name)}`;
  const size = each.size < 10240 ? `${each.size} bytes` : `${Math.round(each.size / 1024)} KiB`;
  if (each.name.endsWith(".png")) return el("div", {}, el("a", { class: "file", href: address }, el("img", { src: address, alt: each.title })), el("div", { class: "note" }, each.title));
  return el("div", {}, el("a", { class: "file", href: address, download: each.name }, "📄", el("span", {}, each.name, el("small", {}, `${each.title} · ${size}`))));
}

const act = (each) => (element, value) => post("/_/press", { user: here.user, channel: each.channel, ts: each.ts, action_id: element.action_id, value });

function drawModal() {
  const modal = $("modal");
  const view = state.views.at(-1);
  if (!view) { drawnModal = ""; return modal.close(); }
  if (drawnModal === view.id) return;
  drawnModal = view.id;
  const submit = async (event) => {
    event.preventDefault();
    const values = {};
    for (const field of modal.querySelectorAll("[data-block]")) (values[field.dataset.block] ??= {})[field.dataset.action] = field.value;
    await post("/_/submit", { user: here.user, view_id: view.id, values });
  };
  modal.replaceChildren(el("form", { onsubmit: submit }, el("h1", {}, view.title.text), ...renderBlocks(view.blocks, names(), () => {}),
    el("footer", {}, el("button", { type: "button", onclick: () => post("/_/close", { user: here.user, view_id: view.id }) }, view.close?.text ?? "Close"),
      view.submit ? el("button", { class: "primary" }, view.submit.text) : null)));
  modal.showModal();
}

let completions = [];
const say = (thread) => (text) => post("/_/type", { user: here.user, channel: here.channel, text, thread: thread() });
composer($("composer"), () => completions, say(() => ""));
composer($("reply"), () => completions, say(() => here.thread));
$("person").addEventListener("change", (event) => go({ user: event.target.value, thread: here.thread }));
$("close-thread").addEventListener("click", () => go({ thread: "" }));
$("menu").addEventListener("click", () => $("sidebar").classList.toggle("open"));
completions = await (await fetch("/_/completions")).json();
new EventSource("/_/changes").addEventListener("message", look);
look();
