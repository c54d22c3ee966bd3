// Chinese and English: the words of the page.
import words from "./words.json";

const [ENGLISH, CHINESE] = [0, 1];
let column = CHINESE;

export function word(key, facts = {}) {
  const text = (words.page[key] ?? words.codes[key])[column];
  return text.replace(/\{(\w+)\}/g, (_whole, name) => facts[name]);
}

export function switchLanguage() {
  column = column === CHINESE ? ENGLISH : CHINESE;
}

/** Every element with data-word shows its word. */
export function translate() {
  document.documentElement.lang = column === CHINESE ? "zh-Hans" : "en";
  document.title = word("title");
  for (const one of document.querySelectorAll("[data-word]")) {
    one.textContent = word(one.dataset.word);
  }
}

/** Chinese: time of Beijing; English: UTC. */
export function moment(seconds) {
  const hours = column === CHINESE ? 8 : 0;
  const zone = column === CHINESE ? "北京时间" : "UTC";
  if (seconds > 250_000_000_000) return String(seconds);
  const text = new Date((seconds + hours * 3600) * 1000).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)} ${zone}`;
}
