/** The liveliest room, drawn as large as the page allows, with the visitor's own avatar to try walking. */
import { useState, type ReactNode } from 'react';
import { randomLook } from '../../world/avatar/wardrobe';
import type { RoomCard as Room } from '../../app/api';
import { useMessages } from '../../app/i18n';
import { roomAddress } from '../../app/roomAddress';
import { rememberedGuest } from '../../app/state/guest';
import { useMe } from '../../app/state/me';
import { ButtonLink, Chip, classes, dotClass } from '../../app/ui/controls';
import { Portrait } from '../../app/ui/Portrait';
import styles from './Hero.module.css';
import { HeroScene } from './HeroScene';

interface HeroProps {
  room: Room | null;
  loading: boolean;
  random: ReactNode;
}

export function Hero({ room, loading, random }: HeroProps) {
  const { home, brand } = useMessages();
  const me = useMe((state) => state.user);
  const [guestLook] = useState(() => rememberedGuest()?.look ?? randomLook(Math.random));
  const night = room?.theme.light === 'night';
  return (
    <section className={classes(styles.hero, night && styles.night)} aria-labelledby="hero-title">
      <div className={styles.words}>
        <p className={styles.brand}>{brand.tagline}</p>
        <h1 id="hero-title">{home.title}</h1>
        <p className={styles.lead}>{home.lead}</p>
        <div className={styles.actions}>
          {room && (
            <ButtonLink href={roomAddress(room)} variant="primary" shape="large" icon="door">
              {home.enter}
            </ButtonLink>
          )}
          {random}
        </div>
      </div>
      <div className={styles.stage}>
        {room && me !== undefined && <HeroScene room={room} look={me?.look ?? guestLook} />}
        {loading && <div className={styles.waiting} />}
        {room && (
          <div className={styles.caption}>
            <Portrait look={room.owner.look} size={36} />
            <span className={styles.captionText}>
              <b>{room.name}</b>
              <span>{room.owner.displayName}</span>
            </span>
            {room.peopleNow > 0 && (
              <Chip tone="good">
                <span className={dotClass} />
                {home.peopleNow(room.peopleNow)}
              </Chip>
            )}
          </div>
        )}
        {room && <p className={styles.hint}>{home.tryWalking}</p>}
      </div>
    </section>
  );
}
