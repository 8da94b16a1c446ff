/** The gradients of one drawing, each defined once under an id that no other drawing uses. */

/** FNV-1a, 32 bit, in base 36: short, stable ids. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return (value >>> 0).toString(36);
}

export class Paints {
  private readonly prefix: string;
  private readonly definitions = new Map<string, string>();

  /** `key` names the drawing (kind, rotation, colour): equal keys give equal ids. */
  constructor(key: string) {
    this.prefix = `p${hash(key)}`;
  }

  /** Downwards from one colour to another. */
  down(upper: string, lower: string): string {
    return this.define('linearGradient', 'x1="0" y1="0" x2="0" y2="1"', [
      [0, upper],
      [1, lower],
    ]);
  }

  /** From left to right, with a colour on the way. */
  across(left: string, middle: string, right: string): string {
    return this.define('linearGradient', 'x1="0" y1="0" x2="1" y2="0"', [
      [0, left],
      [0.45, middle],
      [1, right],
    ]);
  }

  /** From a lit spot outwards, for round things. */
  round(lit: string, middle: string, rim: string): string {
    return this.define('radialGradient', 'cx="0.36" cy="0.3" r="0.8"', [
      [0, lit],
      [0.55, middle],
      [1, rim],
    ]);
  }

  /** The <defs> of everything asked for so far. */
  markup(): string {
    if (this.definitions.size === 0) return '';
    const gradients = [...this.definitions].map(([content, id]) => content.replace('>', ` id="${id}">`));
    return `<defs>${gradients.join('')}</defs>`;
  }

  private define(element: string, geometry: string, stops: readonly (readonly [number, string])[]): string {
    const inner = stops.map(([offset, colour]) => `<stop offset="${offset}" stop-color="${colour}"/>`).join('');
    const content = `<${element} ${geometry}>${inner}</${element}>`;
    let id = this.definitions.get(content);
    if (id === undefined) {
      id = `${this.prefix}-${this.definitions.size}`;
      this.definitions.set(content, id);
    }
    return `url(#${id})`;
  }
}
