/** Every kind in its four rotations, every wall piece on both walls by day and night, and every avatar. */
import type { CSSProperties } from 'react';
import { drawAvatar, drawHead, STANDING, WARDROBE, type Pose, type WalkFrame } from '../world/avatar';
import { catalogueItems } from '../world/catalogue';
import { drawItem, drawWallItem } from '../world/furniture';
import type { Rotation } from '../world/iso/projection';
import { toSvg, type Drawing } from '../world/iso/drawing';

const grid: CSSProperties = { display: 'flex', flexWrap: 'wrap', gap: 8, padding: 12, background: '#fdf3ea' };
const card: CSSProperties = { margin: 0, padding: 6, borderRadius: 12, background: '#fffaf4', textAlign: 'center', font: '11px sans-serif' };

const TURNS: readonly Rotation[] = [0, 1, 2, 3];
const FRAMES: readonly WalkFrame[] = [0, 1, 2, 3];

function Picture({ drawing, label }: { drawing: Drawing; label: string }) {
  return <img alt={label} src={`data:image/svg+xml;utf8,${encodeURIComponent(toSvg(drawing, 1))}`} />;
}

function Kinds() {
  return catalogueItems.map(({ kind, place, name }) => (
    <figure key={kind} style={card}>
      {place === 'wall'
        ? ([1, 2] as const).flatMap((wall) => [false, true].map((night) => <Picture key={`${wall}${night}`} drawing={drawWallItem(kind, wall, night)} label={name.en} />))
        : TURNS.map((turn) => <Picture key={turn} drawing={drawItem(kind, turn)} label={name.en} />)}
      <figcaption>
        {name.ko} · {kind}
      </figcaption>
    </figure>
  ));
}

function Avatars() {
  const poses: readonly Pose[] = [
    ...FRAMES.map((frame): Pose => ({ ...STANDING, frame })),
    { ...STANDING, view: 'back' },
    { ...STANDING, sit: true },
  ];
  return WARDROBE.flatMap(({ slot, options }, index) =>
    options.map((option, i) => {
      const look = WARDROBE.map((_, other) => (other === index ? i : (i * (other + 2)) % (other === 5 ? 1 : 5)));
      return (
        <figure key={`${slot}${option.id}`} style={card}>
          {poses.map((pose) => (
            <Picture key={JSON.stringify(pose)} drawing={drawAvatar(look, pose)} label={option.name.en} />
          ))}
          <Picture drawing={drawHead(look)} label={option.name.en} />
          <figcaption>
            {slot}: {option.name.ko}
          </figcaption>
        </figure>
      );
    }),
  );
}

export function Sheet() {
  return (
    <main>
      <h1>Sheet</h1>
      <section style={grid}>
        <Kinds />
      </section>
      <section style={grid}>
        <Avatars />
      </section>
    </main>
  );
}
