/** Collects an avatar's parts back to front, and paints them in the house line: one plum rim, tinted inner lines. */
import { OUTLINE, line, mix, shade } from '../iso/colour';

export class Figure {
  private readonly silhouettes: string[] = [];
  private readonly layers: string[] = [];
  private readonly paints = new Map<string, string>();
  private shifts: string[] = [];

  /** `key` keeps gradient ids of different looks apart when their markup shares a page. */
  constructor(private readonly key: string) {}

  /** A filled part with its own line, shaded across the body from the light on the left. */
  part(path: string, colour: string, lineWidth = 0.9): this {
    this.silhouettes.push(this.shifted(`<path d="${path}"/>`));
    return this.detail(
      `<path d="${path}" fill="${this.shaded(colour)}" stroke="${line(colour)}" stroke-width="${lineWidth}" stroke-linejoin="round"/>`,
    );
  }

  /** Markup inside the silhouette: faces, seams, prints. */
  detail(markup: string): this {
    this.layers.push(this.shifted(markup));
    return this;
  }

  /** A stroke of one colour inside the silhouette. */
  stroke(path: string, colour: string, width: number, opacity = 1): this {
    return this.detail(
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"${opacity < 1 ? ` opacity="${opacity}"` : ''}/>`,
    );
  }

  /** A plain shape inside the silhouette. */
  fill(path: string, colour: string, opacity = 1): this {
    return this.detail(`<path d="${path}" fill="${colour}"${opacity < 1 ? ` opacity="${opacity}"` : ''}/>`);
  }

  /** What `draw` adds is moved by an SVG transform. */
  moved(transform: string, draw: () => void): this {
    this.shifts.push(transform);
    draw();
    this.shifts.pop();
    return this;
  }

  markup(): string {
    const gradients = [...this.paints.values()].join('');
    return (
      `<defs>${gradients}</defs><g fill="${OUTLINE}" stroke="${OUTLINE}" stroke-width="3.2" stroke-linejoin="round">` +
      `${this.silhouettes.join('')}</g>${this.layers.join('')}`
    );
  }

  private shaded(colour: string): string {
    const id = `av-${this.key}-${colour.slice(1)}`;
    if (!this.paints.has(colour)) {
      this.paints.set(
        colour,
        `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="-20" y1="-60" x2="20" y2="-48">` +
          `<stop stop-color="${mix(colour, '#fff8ee', 0.2)}"/><stop offset=".5" stop-color="${colour}"/>` +
          `<stop offset="1" stop-color="${mix(colour, shade(colour), 0.75)}"/></linearGradient>`,
      );
    }
    return `url(#${id})`;
  }

  private shifted(markup: string): string {
    return this.shifts.reduceRight((inner, transform) => `<g transform="${transform}">${inner}</g>`, markup);
  }
}
