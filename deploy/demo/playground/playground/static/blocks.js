// Block Kit as DOM. Everything a bot sends becomes a text node: there is no innerHTML in this page.

const EMOJI = {
  hourglass_flowing_sand: "⏳", hourglass: "⌛", white_check_mark: "✅", x: "❌", no_entry: "⛔",
  octagonal_sign: "🛑", zap: "⚡", raised_hand: "✋",
};

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== null));
  return node;
}

// `names` maps a user id to a name; `act(element, value)` is called when somebody presses or chooses.
export function renderBlocks(blocks, names, act) {
  return blocks.map((block) => BLOCKS[block.type]?.(block, names, act) ?? el("p", { class: "note" }, `(no picture of a ${block.type} block)`));
}

const BLOCKS = {
  header: (block) => el("p", { class: "header" }, block.text.text),
  divider: () => el("hr"),
  section: (block, names, act) => el("div", {}, ...mrkdwn(block.text?.text ?? "", names),
    ...(block.fields ?? []).map((field) => el("div", {}, ...mrkdwn(field.text, names))),
    block.accessory ? actions({ elements: [block.accessory] }, act) : null),
  markdown: (block, names) => el("div", { class: "text" }, ...mrkdwn(block.text, names)),
  context: (block, names) => el("div", { class: "context" }, ...block.elements.flatMap((part) =>
    part.type === "plain_text" ? [part.text] : part.type === "mrkdwn" ? mrkdwn(part.text, names) : [image(part)])),
  image: (block) => image(block),
  actions: (block, _names, act) => actions(block, act),
  table: (block, names) => el("div", { class: "table" }, el("table", {}, ...block.rows.map((row) =>
    el("tr", {}, ...row.map((cell) => el("td", {}, ...(cell.type === "raw_text" ? [cell.text] : richText(cell, names)))))))),
  data_table: (block, names) => dataTable(block, names),
  rich_text: (block, names) => el("div", { class: "text" }, ...richText(block, names)),
  input: (block) => input(block),
};

// A press on a column's name sorts by it; the pages are turned here, as in Slack's own client.
function dataTable(block, names) {
  const [head, ...rows] = block.rows;
  const size = block.page_size ?? 5;
  const shown = { page: 0, column: -1, down: false };
  const frame = el("div", { class: "table" });
  const draw = () => {
    const pages = Math.ceil(rows.length / size);
    const part = sorted(rows, shown).slice(shown.page * size, (shown.page + 1) * size);
    const turn = (by) => el("button", { disabled: shown.page + by < 0 || shown.page + by >= pages, onclick: () => { shown.page += by; draw(); } }, by < 0 ? "‹" : "›");
    const sort = (column) => { shown.down = shown.column === column && !shown.down; shown.column = column; shown.page = 0; draw(); };
    frame.replaceChildren(
      el("table", {}, el("caption", {}, block.caption),
        el("tr", {}, ...head.map((cell, at) => el("th", { onclick: () => sort(at) }, cell.text, at === shown.column ? (shown.down ? " ↓" : " ↑") : ""))),
        ...part.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, ...(cell.type === "rich_text" ? richText(cell, names) : [cell.text])))))),
      pages > 1 ? el("p", { class: "pages" }, turn(-1), ` ${shown.page + 1} of ${pages} `, turn(1)) : "");
  };
  draw();
  return frame;
}

function sorted(rows, { column, down }) {
  if (column < 0) return rows;
  const key = (row) => row[column].value ?? row[column].text ?? "";
  const ordered = [...rows].sort((one, other) => (key(one) > key(other)) - (key(one) < key(other)));
  return down ? ordered.reverse() : ordered;
}

function image(part) {
  return el("img", { src: part.image_url, alt: part.alt_text });
}

function actions(block, act) {
  return el("div", { class: "actions" }, ...block.elements.map((element) =>
    element.type === "button"
      ? el("button", { class: element.style, "data-action": element.action_id, onclick: () => act(element) }, element.text.text)
      : el("select", { "data-action": element.action_id, onchange: (event) => act(element, event.target.value) },
        el("option", { value: "", disabled: true, selected: true }, element.placeholder?.text ?? "Choose"),
        ...element.options.map((option) => el("option", { value: option.value }, option.text.text)))));
}

function input(block) {
  const element = block.element;
  const id = `${block.block_id}/${element.action_id}`;
  const tag = element.multiline ? "textarea" : "input";
  const field = el(tag, { id, name: id, maxlength: element.max_length, "data-block": block.block_id, "data-action": element.action_id });
  field.value = element.initial_value ?? "";
  return el("section", {}, el("label", { for: id }, block.label.text), field, el("small", {}, block.hint?.text ?? ""));
}

function richText(block, names) {
  return block.elements.map((part) => {
    if (part.type === "rich_text_preformatted") return el("pre", {}, ...part.elements.map((piece) => piece.text ?? ""));
    if (part.type === "rich_text_list") return el("ul", {}, ...part.elements.map((each) => el("li", {}, ...pieces(each, names))));
    return el(part.type === "rich_text_quote" ? "blockquote" : "span", {}, ...pieces(part, names));
  });
}

function pieces(part, names) {
  return part.elements.map((piece) => {
    if (piece.type === "emoji") return EMOJI[piece.name] ?? `:${piece.name}:`;
    if (piece.type === "user") return mention(piece.user_id, names);
    if (piece.type === "date") return moment(piece.timestamp, piece.format);
    const text = piece.text ?? piece.url ?? "";
    if (piece.style?.code) return el("code", {}, text);
    if (piece.style?.italic) return el("i", {}, text);
    return piece.style?.bold ? el("b", {}, text) : text;
  });
}

// Slack's date tokens, as far as they are met here, in the zone of whoever reads.
function moment(timestamp, format) {
  const at = new Date(timestamp * 1000);
  const tokens = {
    time: at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
    time_secs: at.toLocaleTimeString([]),
    date_short_pretty: at.toDateString() === new Date().toDateString() ? "today" : at.toLocaleDateString([], { dateStyle: "medium" }),
  };
  return el("time", { datetime: at.toISOString() }, format.replace(/\{(\w+)\}/g, (whole, name) => tokens[name] ?? whole));
}

function mention(user, names) {
  return el("span", { class: "mention" }, `@${names[user] ?? user}`);
}

// Slack's mrkdwn, as far as it is met here: code, bold, mentions, links, escapes.
export function mrkdwn(text, names) {
  const nodes = [];
  const pattern = /```\n?([\s\S]*?)\n?```|`([^`\n]+)`|\*([^*\n]+)\*|<@([A-Z0-9]+)(?:\|[^>]*)?>|<!date\^(\d+)\^([^|>]*)\|[^>]*>|<(https?:[^|>]+)(?:\|([^>]*))?>/g;
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    nodes.push(unescape(text.slice(at, match.index)));
    if (match[1] !== undefined) nodes.push(el("pre", {}, unescape(match[1])));
    else if (match[2] !== undefined) nodes.push(el("code", {}, unescape(match[2])));
    else if (match[3] !== undefined) nodes.push(el("b", {}, unescape(match[3])));
    else if (match[4]) nodes.push(mention(match[4], names));
    else if (match[5]) nodes.push(moment(Number(match[5]), match[6]));
    else nodes.push(el("a", { href: match[7], rel: "noreferrer", target: "_blank" }, unescape(match[8] ?? match[7])));
    at = match.index + match[0].length;
  }
  return [...nodes, unescape(text.slice(at))];
}

function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
