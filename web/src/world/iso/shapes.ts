/** Small pieces of SVG markup: the flat motifs that go onto faces and figures. */
import { trim } from './frame';

interface Style {
  readonly radius?: number;
  readonly stroke?: string;
  readonly strokeWidth?: number;
  readonly opacity?: number;
  readonly dash?: string;
}

function attributes(style: Style): string {
  const edge = style.stroke ? ` stroke="${style.stroke}" stroke-width="${style.strokeWidth ?? 1}"` : '';
  const opacity = style.opacity === undefined ? '' : ` opacity="${style.opacity}"`;
  return edge + opacity + (style.dash ? ` stroke-dasharray="${style.dash}"` : '');
}

export function rect(x: number, y: number, width: number, height: number, fill: string, style: Style = {}): string {
  const radius = style.radius ?? 2;
  return (
    `<rect x="${trim(x)}" y="${trim(y)}" width="${trim(Math.max(0, width))}" height="${trim(Math.max(0, height))}"` +
    `${radius ? ` rx="${radius}"` : ''} fill="${fill}"${attributes(style)}/>`
  );
}

export function circle(x: number, y: number, radius: number, fill: string, style: Style = {}): string {
  return `<circle cx="${trim(x)}" cy="${trim(y)}" r="${trim(radius)}" fill="${fill}"${attributes(style)}/>`;
}

export function ellipse(x: number, y: number, rx: number, ry: number, fill: string, style: Style = {}): string {
  return `<ellipse cx="${trim(x)}" cy="${trim(y)}" rx="${trim(rx)}" ry="${trim(ry)}" fill="${fill}"${attributes(style)}/>`;
}

export function shape(path: string, fill: string, style: Style = {}): string {
  return `<path d="${path}" fill="${fill}"${attributes(style)}/>`;
}

/** An open line with round ends. */
export function stroke(path: string, colour: string, width: number, opacity = 1): string {
  const fade = opacity === 1 ? '' : ` stroke-opacity="${opacity}"`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}"${fade} stroke-linecap="round" stroke-linejoin="round"/>`;
}

/** Markup moved by x and y. */
export function moved(x: number, y: number, markup: string): string {
  return `<g transform="translate(${trim(x)} ${trim(y)})">${markup}</g>`;
}

/** Markup cut off at the edges of a rectangle. */
export function clipped(x: number, y: number, width: number, height: number, markup: string): string {
  return `<svg x="${trim(x)}" y="${trim(y)}" width="${trim(width)}" height="${trim(height)}">${markup}</svg>`;
}

/** A heart around (x, y); `size` is about half its width. */
export function heartPath(x: number, y: number, size: number): string {
  const n = trim;
  return (
    `M${n(x)} ${n(y + size * 0.9)}C${n(x - size * 1.5)} ${n(y - size * 0.1)} ${n(x - size * 0.8)} ${n(y - size)} ${n(x)} ${n(y - size * 0.3)}` +
    `C${n(x + size * 0.8)} ${n(y - size)} ${n(x + size * 1.5)} ${n(y - size * 0.1)} ${n(x)} ${n(y + size * 0.9)}Z`
  );
}

/** A five-pointed star around (x, y). */
export function starPath(x: number, y: number, radius: number): string {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const angle = (-90 + i * 36) * (Math.PI / 180);
    const reach = i % 2 ? radius * 0.48 : radius;
    return `${trim(x + Math.cos(angle) * reach)} ${trim(y + Math.sin(angle) * reach)}`;
  });
  return `M${corners.join('L')}Z`;
}

/** An ellipse as a path, for figures. */
export function ovalPath(x: number, y: number, rx: number, ry: number): string {
  const arc = `a${trim(rx)} ${trim(ry)} 0 1 1`;
  return `M${trim(x - rx)} ${trim(y)}${arc} ${trim(2 * rx)} 0${arc} -${trim(2 * rx)} 0Z`;
}

/** A pointed leaf from (0, base), `length` long and `width` to each side, at an angle in degrees. */
export function leafPath(angle: number, length: number, width: number, base = 0): string {
  const radians = (angle * Math.PI) / 180;
  const tipX = Math.cos(radians) * length;
  const tipY = base + Math.sin(radians) * length;
  const sideX = -Math.sin(radians) * width;
  const sideY = Math.cos(radians) * width;
  const middleX = tipX / 2;
  const middleY = (base + tipY) / 2;
  const n = trim;
  return (
    `M0 ${n(base)}Q${n(middleX + sideX)} ${n(middleY + sideY)} ${n(tipX)} ${n(tipY)}` +
    `Q${n(middleX - sideX)} ${n(middleY - sideY)} 0 ${n(base)}Z`
  );
}
