"use strict";
// Viewers of structures: 3D in place of the static picture, and the sequence beside it. The text of a page's data is
// only ever set as text.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const GREY = "#9aa3ad";
  const MARK = "#f59e0b";
  const RADII = { H: 0.31, B: 0.84, C: 0.76, N: 0.71, O: 0.66, F: 0.57, P: 1.07, S: 1.05, Cl: 1.02, Se: 1.2, Br: 1.2, I: 1.39 };
  const MANY_RESIDUES = 800;
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const dark = matchMedia("(prefers-color-scheme: dark)");

  // Browsers keep few WebGL contexts, so one viewer of a page is live at a time.
  let live = null;

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  function hasWebGL() {
    try {
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("webgl2") || canvas.getContext("webgl");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
      return context !== null;
    } catch {
      return false;
    }
  }

  function swatch(colour) {
    const svg = document.createElementNS(SVG, "svg");
    const rect = document.createElementNS(SVG, "rect");
    svg.setAttribute("class", "structure-swatch");
    svg.setAttribute("viewBox", "0 0 1 1");
    svg.setAttribute("preserveAspectRatio", "none");
    for (const [name, value] of [["width", 1], ["height", 1], ["fill", colour]]) rect.setAttribute(name, value);
    svg.append(rect);
    return svg;
  }

  function setUp(section) {
    const data = JSON.parse(document.getElementById(section.dataset.source).textContent);
    const stage = section.querySelector(".structure-stage");
    const picture = stage.querySelector("svg");
    const legend = section.querySelector(".structure-legend");
    const webgl = hasWebGL();
    const state = { scene: 0, pose: data.poses.length ? 0 : -1, colour: data.colour, selected: null };
    let viewer = null;
    let home = null;

    const tools = make("div", { class: "structure-tools" });
    const readout = make("output", { class: "structure-readout", "aria-live": "polite" });
    const sequence = make("div", { class: "structure-sequence" });
    section.querySelector("figure").after(tools);
    legend.after(readout, sequence);

    const scene = () => data.scenes[state.scene];
    const colouring = () => scene().colourings.find((each) => each.name === state.colour) || scene().colourings[0];
    const models = () => [...scene().models, ...(state.pose < 0 ? [] : data.poses[state.pose].models)];
    const residue = (place) => {
      for (const model of models()) {
        if (place < model.residues.length) return model.residues[place];
        place -= model.residues.length;
      }
      return null;
    };
    const colourOf = (place) => {
      const { colours, residues } = colouring();
      return place < residues.length ? colours[residues[place]] : GREY;
    };

    function button(text, label, action) {
      const made = make("button", { type: "button", "aria-label": label, title: label }, text);
      made.addEventListener("click", action);
      return made;
    }

    function chooser(label, options, value, change) {
      const select = make("select", { "aria-label": label });
      options.forEach(([key, text]) => select.append(make("option", { value: key }, text)));
      select.value = value;
      select.addEventListener("change", () => change(select.value));
      return [make("label", {}, make("span", {}, label), select), select];
    }

    // ---------------------------------------------------------------- choices

    const choices = make("div", { class: "structure-choices" });
    let [colours, chooseColour] = chooser("Colour", [], "", () => {});
    function fillColours() {
      const ways = scene().colourings.map((each) => [each.name, each.label]);
      if (!scene().colourings.some((each) => each.name === state.colour)) state.colour = ways[0][0];
      const [made, select] = chooser("Colour", ways, state.colour, (value) => {
        state.colour = value;
        open();
        recolour();
      });
      colours.replaceWith(made);
      [colours, chooseColour] = [made, select];
    }
    if (webgl) {
      tools.append(choices);
      if (data.scenes.length > 1) {
        const names = data.scenes.map((each, place) => [place, each.label]);
        choices.append(chooser("Structure", names, 0, (value) => show({ scene: Number(value) }))[0]);
      }
      if (data.poses.length) {
        const names = data.poses.map((each, place) => [place, each.label]);
        const options = [...names, [-1, "None"]];
        choices.append(chooser("Pose", options, 0, (value) => show({ pose: Number(value) }))[0]);
      }
      choices.append(colours);
      fillColours();
    } else {
      tools.append(make("p", { class: "structure-note" }, "This browser has no WebGL: the picture can't be turned."));
    }

    function show(change) {
      Object.assign(state, change, { selected: null });
      fillColours();
      drawSequence();
      tell();
      open();
      load();
      recolour();
    }

    // ---------------------------------------------------------------- the picture and 3D

    const start = button("View in 3D", "View in 3D", () => {
      open();
      moves.querySelector("button").focus();
    });
    start.className = "structure-start";
    const canvasBox = make("div", { class: "structure-canvas", role: "img" });
    canvasBox.setAttribute("aria-label", picture.getAttribute("aria-label"));
    const moves = make("div", { class: "structure-moves", role: "group", "aria-label": "Turn and zoom" });
    const turn = (angle, axis) => () => viewer.rotate(angle, axis, still.matches ? 0 : 150);
    const zoom = (factor) => () => viewer.zoom(factor, still.matches ? 0 : 150);
    moves.append(
      button("\u2190", "Turn left", turn(-15, "y")),
      button("\u2192", "Turn right", turn(15, "y")),
      button("\u2191", "Turn up", turn(-15, "x")),
      button("\u2193", "Turn down", turn(15, "x")),
      button("+", "Zoom in", zoom(1.25)),
      button("\u2212", "Zoom out", zoom(0.8)),
      button("Reset", "Reset the view", () => viewer.setView(home)),
      button("Picture", "Back to the picture", () => {
        close();
        start.focus();
      }),
    );
    if (webgl) stage.append(start);

    function background() {
      const parts = getComputedStyle(stage).backgroundColor.match(/\d+/g).map(Number);
      return (parts[0] << 16) | (parts[1] << 8) | parts[2];
    }

    function open() {
      if (viewer || !webgl) return;
      live?.close();
      picture.remove();
      start.remove();
      stage.append(canvasBox);
      tools.prepend(moves);
      viewer = $3Dmol.createViewer(canvasBox, {
        backgroundColor: background(),
        antialias: true,
        cartoonQuality: models().reduce((sum, each) => sum + each.residues.length, 0) > MANY_RESIDUES ? 4 : 8,
      });
      live = { close, dark: () => { viewer.setBackgroundColor(background(), 1); viewer.render(); } };
      load();
      recolour();
      section.dataset.live = "";
    }

    function close() {
      const canvas = canvasBox.querySelector("canvas");
      const context = canvas.getContext("webgl2") || canvas.getContext("webgl");
      canvasBox.replaceChildren();
      canvasBox.remove();
      moves.remove();
      context?.getExtension("WEBGL_lose_context")?.loseContext();
      viewer = live = null;
      // The picture shows what was there first.
      Object.assign(state, { scene: 0, pose: data.poses.length ? 0 : -1, colour: data.colour, selected: null });
      for (const select of choices.querySelectorAll("select")) select.selectedIndex = 0;
      fillColours();
      drawLegend();
      drawSequence();
      tell();
      stage.append(picture, start);
      delete section.dataset.live;
    }

    function load() {
      if (!viewer) return;
      viewer.removeAllModels();
      viewer.removeAllShapes();
      viewer.removeAllLabels();
      let offset = 0;
      models().forEach((model, place) => {
        viewer.addModel().addAtoms(atomsOf(model, place, offset));
        offset += model.residues.length;
      });
      viewer.setClickable({}, true, (atom) => select(atom.place, true));
      viewer.zoomTo();
      viewer.zoom(1.25);
      home = viewer.getView();
    }

    function recolour() {
      drawLegend();
      colourSequence();
      if (!viewer) return;
      const byElement = colouring().name === "element";
      const elements = (atom) => data.elements[atom.elem] || GREY;
      const isPolymer = (atom) => atom.kind === "p" || atom.kind === "n";
      const cartoon = (atom) => (byElement ? GREY : colourOf(atom.place));
      const style = { cartoon: { colorfunc: cartoon, arrows: true, opacity: 1, thickness: 0.35 } };
      const trace = { cartoon: { colorfunc: cartoon, style: "trace", thickness: 0.4 } };
      if (byElement) style.stick = trace.stick = { colorfunc: elements, radius: 0.12 };
      viewer.setStyle({ predicate: (atom) => isPolymer(atom) && !atom.bare }, style);
      viewer.setStyle({ predicate: (atom) => isPolymer(atom) && atom.bare }, trace);
      viewer.setStyle(
        { predicate: (atom) => !isPolymer(atom) && atom.bonded },
        { stick: { colorfunc: elements, radius: 0.17 }, sphere: { colorfunc: elements, scale: 0.22 } },
      );
      viewer.setStyle(
        { predicate: (atom) => !isPolymer(atom) && !atom.bonded },
        { sphere: { colorfunc: elements, scale: 0.5 } },
      );
      mark();
      viewer.render();
    }

    function drawLegend() {
      const { label, colours, legend: texts, edges } = colouring();
      const steps = Math.max(0, edges.length - 1);
      legend.replaceChildren(make("span", { class: "structure-legend-title" }, label));
      if (steps) {
        const scale = make("ol", { class: "structure-scale" });
        edges.forEach((edge, place) => {
          const item = make("li", {}, make("span", {}, edge));
          if (place < steps) item.prepend(swatch(colours[place]));
          scale.append(item);
        });
        legend.append(scale);
      }
      const list = make("ul");
      const items = steps ? colours.slice(steps).map((colour) => [colour, "No value"])
        : texts.map((text, place) => [colours[place], text]);
      for (const [colour, text] of items) list.append(make("li", {}, swatch(colour), ` ${text}`));
      if (items.length) legend.append(list);
    }

    // ---------------------------------------------------------------- the sequence

    let options = new Map();

    function drawSequence() {
      sequence.replaceChildren();
      options = new Map();
      let offset = 0;
      scene().models.forEach((model, number) => {
        const chains = new Map();
        model.residues.forEach(([chain], place) => {
          if ("pn".includes(model.kinds[place])) {
            if (!chains.has(chain)) chains.set(chain, []);
            chains.get(chain).push(place);
          }
        });
        const several = scene().models.length > 1;
        for (const [chain, places] of chains) {
          const of = several ? ` of ${colouringNamed("structure")?.legend[number] ?? number + 1}` : "";
          sequence.append(chainOf(`${chain ? `Chain ${chain}` : "Sequence"}${of}`, model, places, offset));
        }
        offset += model.residues.length;
      });
    }

    function colouringNamed(name) {
      return scene().colourings.find((each) => each.name === name);
    }

    function chainOf(title, model, places, offset) {
      const box = make("div", { class: "structure-chain", role: "listbox", "aria-label": title });
      const here = [];
      for (let from = 0; from < places.length; from += 10) {
        const ten = make("span", { class: "structure-ten", role: "none" });
        const first = model.residues[places[from]];
        ten.append(make("span", { class: "structure-number", "aria-hidden": "true" }, first[1].replace(/^.*?(-?\d+\D?)$/, "$1")));
        const letters = make("span", { role: "none" });
        for (const place of places.slice(from, from + 10)) {
          const [, label, letter] = model.residues[place];
          const option = make("span", { role: "option", "aria-selected": "false", tabindex: "-1", "aria-label": label }, letter);
          option.dataset.place = offset + place;
          options.set(offset + place, option);
          here.push(option);
          letters.append(option);
        }
        ten.append(letters);
        box.append(ten);
      }
      here[0].tabIndex = 0;
      box.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) select(Number(option.dataset.place));
      });
      box.addEventListener("keydown", (event) => {
        const at = here.indexOf(document.activeElement);
        const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10, Home: -at, End: here.length - 1 - at }[event.key];
        if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "Escape") select(null);
        else if (event.key === "Enter" || event.key === " ") select(Number(here[at].dataset.place));
        else if (step === undefined) return;
        else select(Number(here[Math.min(here.length - 1, Math.max(0, at + step))].dataset.place));
        event.preventDefault();
      });
      return make("div", {}, make("h3", {}, title), box);
    }

    function colourSequence() {
      for (const [place, option] of options) option.style.borderBottomColor = colourOf(place);
    }

    function select(place, fromPicture = false) {
      const before = options.get(state.selected);
      before?.setAttribute("aria-selected", "false");
      state.selected = place;
      const option = options.get(place);
      if (option) {
        for (const each of option.closest("[role=listbox]").querySelectorAll("[tabindex='0']")) each.tabIndex = -1;
        option.setAttribute("aria-selected", "true");
        option.tabIndex = 0;
        if (fromPicture) option.scrollIntoView({ block: "nearest", inline: "nearest" });
        else option.focus();
      }
      tell();
      mark();
      viewer?.render();
    }

    /** Say what is known of the selected residue, or of the pose. */
    function tell() {
      const place = state.selected;
      const parts = [];
      if (place !== null) {
        parts.push(residue(place)[1] || "Small molecule");
        for (const each of scene().colourings) {
          const text = each.texts.length ? each.texts[place] : each.edges.length ? "" : each.legend[each.residues[place]];
          if (each.texts.length && text) parts.push(`${each.label} ${text}`);
          else if (text && !["element", "chain", "structure"].includes(each.name)) parts.push(text);
        }
      } else if (state.pose >= 0 || !data.scenes[0].colourings.some((each) => each.name === "chain")) {
        for (const model of state.pose >= 0 ? data.poses[state.pose].models : scene().models) {
          parts.push(...model.properties.map(([name, value]) => `${name}: ${value}`));
        }
      }
      readout.textContent = parts.join(" \u00b7 ");
    }

    /** Mark the selected residue, in 3D or in the picture. */
    function mark() {
      picture.querySelector(".structure-mark")?.remove();
      if (viewer) {
        viewer.removeAllShapes();
        viewer.removeAllLabels();
      }
      if (state.selected === null) return;
      const atoms = atomsIn(state.selected);
      if (!atoms.length) return;
      const middle = atoms.find((atom) => ["CA", "P"].includes(atom.atom)) || atoms[0];
      if (!viewer) {
        const [scale, left, top] = data.projection;
        const circle = document.createElementNS(SVG, "circle");
        const at = { class: "structure-mark", cx: left + middle.x * scale, cy: top - middle.y * scale, r: 9, fill: "none", stroke: MARK, "stroke-width": 4 };
        for (const [name, value] of Object.entries(at)) circle.setAttribute(name, value);
        picture.append(circle);
        return;
      }
      viewer.addSphere({ center: middle, radius: 1.3, color: MARK, opacity: 0.6 });
      for (const atom of atoms) {
        for (const place of atom.bonds) {
          const other = atoms[place - atoms[0].index];
          if (!other) continue;
          const half = { x: (atom.x + other.x) / 2, y: (atom.y + other.y) / 2, z: (atom.z + other.z) / 2 };
          viewer.addCylinder({ start: atom, end: half, radius: 0.2, color: data.elements[atom.elem] || GREY, fromCap: 2, toCap: 1 });
        }
      }
      const isDark = dark.matches;
      viewer.addLabel(residue(state.selected)[1], {
        position: middle,
        fontSize: 13,
        fontColor: isDark ? "#0f1419" : "#ffffff",
        backgroundColor: isDark ? "#e6e9ed" : "#1c2329",
        backgroundOpacity: 0.9,
        inFront: true,
        screenOffset: { x: 14, y: -14 },
      });
    }

    function atomsIn(place) {
      let offset = 0;
      for (const [number, model] of models().entries()) {
        if (place < offset + model.residues.length) {
          return atomsOf(model, number, offset).filter((atom) => atom.place === place);
        }
        offset += model.residues.length;
      }
      return [];
    }

    drawSequence();
    colourSequence();
    tell();
  }

  /** The atoms of a model as 3Dmol takes them. `place` is that of the residue among all that are shown. */
  const made = new WeakMap();
  function atomsOf(model, number, offset) {
    if (made.get(model)?.offset === offset) return made.get(model).atoms;
    const atoms = [];
    const index = { h: "H", e: "E" };
    let at = 0;
    let before = null;
    let shift = 0;
    model.residues.forEach(([chain, label, , count], place) => {
      const kind = model.kinds[place];
      const first = at;
      const letter = model.structure[place];
      let trace = null;
      for (; at < first + count; at += 1) {
        const [x, y, z] = [0, 1, 2].map((axis) => model.xyz[3 * at + axis] / 100);
        const atom = {
          index: at, serial: at, x, y, z, kind, chain: `${number}:${chain}`, resn: label,
          atom: model.names[model.name[at]], elem: model.elements[model.element[at]] || "X",
          ss: letter === index.h ? "h" : letter === index.e ? "s" : "c",
          ssbegin: letter !== model.structure[place - 1], ssend: letter !== model.structure[place + 1],
          hetflag: kind === "l", place: offset + place, bonds: [], bondOrder: [], bonded: false,
        };
        if (atom.atom === "CA" || (kind === "n" && atom.atom === "P")) trace = atom;
        atoms.push(atom);
      }
      // Neighbours in a chain have neighbouring numbers, and a gap leaves one out.
      const limit = kind === "p" ? 4.5 : 9;
      if (!trace || !before || distance(trace, before) > limit) shift += 1;
      before = trace;
      const bare = !atoms.slice(first).some((atom) => atom.atom === "O" || kind !== "p");
      for (const atom of atoms.slice(first)) Object.assign(atom, { resi: place + shift, bare });
      if (kind === "p" || kind === "n") bondWithin(atoms.slice(first));
    });
    for (let each = 0; each < model.bonds.length; each += 3) {
      const [one, other, order] = model.bonds.slice(each, each + 3);
      bond(atoms[one], atoms[other], order);
    }
    let last = null;
    for (const atom of atoms) {
      if (atom.atom === "C" && atom.kind === "p") last = atom;
      if (atom.atom === "N" && last && distance(atom, last) < 1.9 && atom.place !== last.place) bond(atom, last, 1);
    }
    made.set(model, { offset, atoms });
    return atoms;
  }

  function distance(one, other) {
    return Math.hypot(one.x - other.x, one.y - other.y, one.z - other.z);
  }

  function bond(one, other, order) {
    one.bonds.push(other.index);
    other.bonds.push(one.index);
    one.bondOrder.push(order);
    other.bondOrder.push(order);
    one.bonded = other.bonded = true;
  }

  function bondWithin(atoms) {
    atoms.forEach((one, place) => {
      for (const other of atoms.slice(place + 1)) {
        const longest = (RADII[one.elem] || 0) + (RADII[other.elem] || 0) + 0.4;
        if (RADII[one.elem] && RADII[other.elem] && distance(one, other) < longest) bond(one, other, 1);
      }
    });
  }

  dark.addEventListener("change", () => live?.dark());
  for (const section of document.querySelectorAll("section.structure[data-source]")) setUp(section);
})();
