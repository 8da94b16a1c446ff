/** A finished picture: SVG markup with its bounds, in pixels at scale 1 around the item's own origin. */

export interface Drawing {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** SVG markup, definitions included; ids are unique to the picture. */
  readonly body: string;
  /** SVG path of what touches the ground, for a contact shadow; empty where nothing does. */
  readonly ground: string;
}

/** A stand-alone SVG document of a drawing. */
export function toSvg(drawing: Drawing, scale: number): string {
  const { x, y, width, height, body } = drawing;
  const size = `width="${Math.ceil(width * scale)}" height="${Math.ceil(height * scale)}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="${x} ${y} ${width} ${height}">${body}</svg>`;
}
