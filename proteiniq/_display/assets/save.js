"use strict";

// Saves what is in the page: no request is made.
function saveAs(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

// A file is in its link, compressed: without this script it is saved so.
for (const link of document.querySelectorAll("a.save")) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const packed = Uint8Array.from(atob(link.href.split(",")[1]), (letter) => letter.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    saveAs(link.dataset.name, link.dataset.kind, await new Response(unpacked).blob());
  });
}

addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details.about, details.output")) each.open = true;
});
