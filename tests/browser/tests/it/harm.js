// What a page would have that obeyed a text: all of it is none, but for its own one style and one script.
const all = [...document.querySelectorAll("*")];
const count = (css) => document.querySelectorAll(css).length;
const ids = all.map((one) => one.id).filter((id) => id !== "");
const shifty = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
return {
  scripts: document.scripts.length,
  styles: count("style"),
  elements: count("img, iframe, object, embed, form, base, link, frame, audio, video, template, b > *, a[target]"),
  attributes: all.flatMap((one) => one.getAttributeNames())
    .filter((name) => name.startsWith("on") || ["style", "autofocus", "src", "srcset", "action"].includes(name)),
  links: all.map((one) => one.getAttribute("href")).filter((href) => href !== null && !/^#[a-z0-9-]+$/.test(href)),
  sameIds: ids.length - new Set(ids).size,
  characters: [...document.documentElement.outerHTML].filter((c) => shifty.test(c)).length,
  asked: performance.getEntriesByType("resource").length,
};
