/** Takes finished drawings of one thing in every colour apart: what is the same in all, and what each colour makes of the rest. */

/** The drawings of one thing, one a palette colour, and what they have in common. */
export interface Template {
  /** The gradients it defines, in order, as places in [`Parts.gradients`]. */
  readonly gradients: readonly number[];
  /** Places in [`Parts.elements`], each followed by one in [`Parts.paths`] where the element has a path. */
  readonly elements: readonly number[];
}

/** What templates share. In texts `{7}` stands for a colour of ramp 7, `{g7}` for gradient 7, `{d}` for a path. */
export class Parts {
  /** The colours one place has, one a palette colour, six digits each. */
  readonly ramps = new Numbered();
  readonly gradients = new Numbered();
  readonly paths = new Numbered();
  readonly elements = new Numbered();
}

export class Numbered {
  private readonly places = new Map<string, number>();

  place(text: string): number {
    const known = this.places.get(text);
    if (known !== undefined) return known;
    this.places.set(text, this.places.size);
    return this.places.size - 1;
  }

  texts(): string[] {
    return [...this.places.keys()];
  }
}

const VARYING = /url\(#[^)]*\)|#[0-9a-f]{6}|#[0-9a-f]{3}(?![0-9a-f])/g;
const GRADIENT = /<(\w+) ([^>]*) id="([^"]*)">(.*?)<\/\1>/g;
const DEFINITIONS = /^<defs>(.*?)<\/defs>/;

/** One drawing: its gradients by their content, in order, and its layers with those contents in place of their names. */
interface Taken {
  readonly gradients: readonly string[];
  readonly layers: string;
  readonly named: ReadonlyMap<string, string>;
}

function take(body: string): Taken {
  const named = new Map<string, string>();
  const definitions = DEFINITIONS.exec(body)?.[1] ?? '';
  for (const [, element, geometry, id, stops] of definitions.matchAll(GRADIENT)) {
    named.set(`url(#${id})`, `<${element} ${geometry}>${stops}</${element}>`);
  }
  return { gradients: [...named.values()], layers: body.replace(DEFINITIONS, ''), named };
}

/** Joins texts that differ in colours only; `joined` says what a place becomes that is not the same in all. */
function join(texts: readonly string[], joined: (values: readonly string[]) => string): string {
  const skeletons = new Set(texts.map((text) => text.replaceAll(VARYING, '\0')));
  if (skeletons.size !== 1) throw new Error('a drawing whose shapes depend on its colour needs another way to be kept');
  const values = texts.map((text) => text.match(VARYING) ?? []);
  let place = -1;
  return (texts[0] ?? '').replaceAll(VARYING, () => {
    place += 1;
    return joined(values.map((of) => of[place] ?? ''));
  });
}

const same = (values: readonly string[]): boolean => values.every((value) => value === values[0]);

/** `bodies` has one drawing a palette colour. */
export function templateOf(bodies: readonly string[], parts: Parts): Template {
  const taken = bodies.map(take);
  const colour = (values: readonly string[]): string => {
    if (same(values)) return values[0] ?? '';
    if (!values.every((value) => value.length === 7)) throw new Error('a colour that changes is written with six digits');
    return `{${parts.ramps.place(values.map((value) => value.slice(1)).join(''))}}`;
  };
  const gradientOf = new Map<string, number>();
  const layers = join(
    taken.map((drawing) => drawing.layers),
    (values) => {
      if (!values[0]?.startsWith('url(')) return colour(values);
      const contents = values.map((value, i) => taken[i]?.named.get(value) ?? '');
      const gradient = parts.gradients.place(join(contents, colour));
      gradientOf.set(contents.join('\n'), gradient);
      return `{g${gradient}}`;
    },
  );
  const elements = (layers.match(/[^>]*>/g) ?? []).flatMap((element) => {
    const path = / d="([^"]*)"/.exec(element)?.[1];
    if (path === undefined) return [parts.elements.place(element)];
    return [parts.elements.place(element.replace(/ d="[^"]*"/, ' d="{d}"')), parts.paths.place(path)];
  });
  return { gradients: inOrder(taken, gradientOf), elements };
}

/** Gradients that are two in one colour and the same in another: the colour that has most of them tells the order. */
function inOrder(taken: readonly Taken[], gradientOf: ReadonlyMap<string, number>): number[] {
  const contents = [...gradientOf.keys()].map((joined) => ({ joined, each: joined.split('\n') }));
  const fullest = taken.findIndex(({ gradients }) => gradients.length === contents.length);
  if (fullest < 0) throw new Error('no colour shows all the gradients of a drawing apart');
  const order = taken[fullest]?.gradients ?? [];
  return contents
    .toSorted((a, b) => order.indexOf(a.each[fullest] ?? '') - order.indexOf(b.each[fullest] ?? ''))
    .map(({ joined }) => gradientOf.get(joined) ?? 0);
}

/** FNV-1a, 32 bit, in base 36, as the names of gradients begin. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(36);
}

/** The drawing in one colour, as the server puts it together; `key` is what its gradients are named by. */
export function compose(template: Template, parts: Parts, colour: number, key: string): string {
  const [ramps, gradients, paths, elements] = [parts.ramps.texts(), parts.gradients.texts(), parts.paths.texts(), parts.elements.texts()];
  const coloured = (text: string): string => text.replaceAll(/\{(\d+)\}/g, (_, ramp: string) => `#${ramps[Number(ramp)]?.slice(colour * 6, colour * 6 + 6)}`);
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  for (const gradient of template.gradients) {
    const content = coloured(gradients[gradient] ?? '');
    const id = ids.get(content) ?? `p${hash(key)}-${ids.size}`;
    ids.set(content, id);
    names.set(`{g${gradient}}`, `url(#${id})`);
  }
  const defined = [...ids].map(([content, id]) => content.replace('>', ` id="${id}">`)).join('');
  let layers = '';
  for (let i = 0; i < template.elements.length; i++) {
    let element = elements[template.elements[i] ?? 0] ?? '';
    if (element.includes('{d}')) {
      i += 1;
      element = element.replace('{d}', paths[template.elements[i] ?? 0] ?? '');
    }
    layers += coloured(element.replaceAll(/\{g\d+\}/g, (name) => names.get(name) ?? ''));
  }
  return (defined && `<defs>${defined}</defs>`) + layers;
}
