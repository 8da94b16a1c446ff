/** Choosing each part of one's avatar, with what one will look like beside it. */
import { useId, useState } from 'react';
import { useLocale } from '../../../app/i18n';
import { Button, classes } from '../../../app/ui/controls';
import { Portrait, WholeFigure } from '../../../app/ui/Portrait';
import { TabList, type Tab } from '../../../app/ui/TabList';
import type { IconName } from '../../../app/ui/Icon';
import { randomLook, toLook, WARDROBE, type WardrobeOption, type WardrobeSlot } from '../../../world/avatar/wardrobe';
import { useSettingsWords } from '../words';
import styles from './profile.module.css';

const icons: Readonly<Record<string, IconName>> = { skin: 'smile', hair_style: 'brush', hair_colour: 'palette', top: 'person', bottom: 'layers', accessory: 'heart' };
/** Slots that are only a colour; the others are shown worn. */
const colours = new Set(['skin', 'hair_colour']);
/** What is not on the head is shown on the whole figure. */
const worn = new Set(['top', 'bottom']);

interface AvatarEditorProps {
  look: readonly number[];
  choose(look: readonly number[]): void;
}

export function AvatarEditor({ look, choose }: AvatarEditorProps) {
  const { profile: words } = useSettingsWords();
  const locale = useLocale();
  const id = useId();
  const valid = toLook(look);
  const tabs: readonly Tab<string>[] = WARDROBE.map(({ slot, name }) => ({ id: slot, label: name[locale], icon: icons[slot] ?? 'things' }));
  const [chosen, setChosen] = useState(WARDROBE[1]?.slot ?? '');
  const at = WARDROBE.findIndex(({ slot }) => slot === chosen);
  const slot = WARDROBE[at];
  return (
    <div className={styles.editor} data-testid="avatar-editor">
      <div className={styles.mirror} role="img" aria-label={words.preview}>
        <WholeFigure look={valid} height={220} />
      </div>
      <div className={styles.wardrobe}>
        <div className={styles.slots}>
          <TabList id={id} label={words.look} tabs={tabs} chosen={chosen} choose={setChosen} />
        </div>
        <div id={`${id}-body`} role="tabpanel" aria-labelledby={`${id}-${chosen}`}>
          {slot && <Options key={slot.slot} slot={slot} at={at} look={valid} choose={choose} />}
        </div>
        <Button icon="dice" onClick={() => choose(randomLook(Math.random))} data-testid="shuffle">
          {words.shuffle}
        </Button>
      </div>
    </div>
  );
}

interface OptionsProps {
  slot: WardrobeSlot;
  at: number;
  look: readonly number[];
  choose(look: readonly number[]): void;
}

function Options({ slot, at, look, choose }: OptionsProps) {
  const locale = useLocale();
  const group = useId();
  return (
    <fieldset className={styles.options}>
      <legend className="visually-hidden">{slot.name[locale]}</legend>
      {slot.options.map((option, index) => {
        const wearing = look.map((part, slotAt) => (slotAt === at ? index : part));
        return (
          <label key={option.id} className={classes(styles.option, colours.has(slot.slot) && styles.colour, look[at] === index && styles.chosen)} title={option.name[locale]}>
            <input type="radio" name={group} value={option.id} checked={look[at] === index} aria-label={option.name[locale]} onChange={() => choose(wearing)} />
            <Face slot={slot.slot} option={option} look={wearing} />
          </label>
        );
      })}
    </fieldset>
  );
}

function Face({ slot, option, look }: { slot: string; option: WardrobeOption; look: readonly number[] }) {
  if (colours.has(slot)) {
    return <span className={styles.swatch} style={{ background: option.color }} />;
  }
  return worn.has(slot) ? <WholeFigure look={look} height={74} /> : <Portrait look={look} size={58} />;
}
