/** Typed access to protocol/wardrobe.json: the six tables that an avatar's look points into. */
import wardrobe from '@protocol/wardrobe.json';

export interface WardrobeOption {
  readonly id: string;
  readonly name: { readonly ko: string; readonly en: string };
  /** #rrggbb; absent where the option has no colour of its own. */
  readonly color?: string;
}

export interface WardrobeSlot {
  readonly slot: string;
  readonly name: { readonly ko: string; readonly en: string };
  readonly options: readonly WardrobeOption[];
}

/** In the order of a look's numbers. */
export const WARDROBE: readonly WardrobeSlot[] = wardrobe.slots;

/** [skin, hair style, hair colour, top, bottom, accessory] as indexes into the wardrobe. */
export type Look = readonly [number, number, number, number, number, number];

/** The options a look stands for. */
export interface Outfit {
  readonly skin: string;
  readonly hairStyle: string;
  readonly hair: string;
  readonly top: WardrobeOption;
  readonly bottom: WardrobeOption;
  readonly accessory: WardrobeOption;
}

const FALLBACK_COLOUR = '#c9b1ec';

/** Any list of numbers as a look: what is missing, or newer than this build's wardrobe, becomes the first option. */
export function toLook(numbers: readonly number[]): Look {
  const at = (slot: number): number => {
    const index = numbers[slot];
    const count = WARDROBE[slot]?.options.length ?? 0;
    return index !== undefined && Number.isInteger(index) && index >= 0 && index < count ? index : 0;
  };
  return [at(0), at(1), at(2), at(3), at(4), at(5)];
}

/** A look drawn from a source of numbers in 0..1, without accessory bias. */
export function randomLook(random: () => number): Look {
  return toLook(WARDROBE.map(({ options }) => Math.floor(random() * options.length)));
}

export function outfitOf(look: Look): Outfit {
  const option = (slot: number): WardrobeOption => {
    const { options } = WARDROBE[slot] as WardrobeSlot;
    return (options[look[slot] as number] ?? options[0]) as WardrobeOption;
  };
  return {
    skin: option(0).color ?? FALLBACK_COLOUR,
    hairStyle: option(1).id,
    hair: option(2).color ?? FALLBACK_COLOUR,
    top: option(3),
    bottom: option(4),
    accessory: option(5),
  };
}

export function colourOf(option: WardrobeOption): string {
  return option.color ?? FALLBACK_COLOUR;
}
