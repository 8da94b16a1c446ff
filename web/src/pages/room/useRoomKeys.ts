/** The room's keys. A field that is being written in, and whoever has used the key already, come first. */
import { useEffect } from 'react';
import type { LiveRoom } from 'maru-client';
import { emoteForKey } from './chat/emotes';
import type { Arrow } from './edit/arranging';
import type { Arranging } from './edit/useArranging';

interface RoomKeys {
  live: LiveRoom | null;
  editing: boolean;
  /** Neither muted nor too fast. */
  mayTalk: boolean;
  arranging: Arranging;
  leaveEditing(): void;
  nudge(arrow: Arrow): void;
}

const arrows: Readonly<Record<string, Arrow>> = {
  ArrowUp: 'ArrowUp',
  ArrowDown: 'ArrowDown',
  ArrowLeft: 'ArrowLeft',
  ArrowRight: 'ArrowRight',
};

/** Whether keys belong to where the focus is: text, or a widget that lives by arrow keys. */
function isTaken(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role="tablist"], [role="log"], dialog') !== null;
}

export function useRoomKeys(keys: RoomKeys): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || isTaken(event.target)) {
        return;
      }
      const used = keys.editing ? editingKey(event, keys) : visitingKey(event, keys);
      if (used) {
        event.preventDefault();
      }
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [keys]);
}

function visitingKey(event: KeyboardEvent, { live, mayTalk, nudge }: RoomKeys): boolean {
  if (!live || event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  const arrow = arrows[event.key];
  if (arrow) {
    nudge(arrow);
    return true;
  }
  const emote = emoteForKey(event.key);
  if (emote && mayTalk && !event.repeat) {
    void live.say(emote.sign);
  }
  return emote !== undefined;
}

function editingKey(event: KeyboardEvent, keys: RoomKeys): boolean {
  if (event.ctrlKey || event.metaKey) {
    return commandKey(event, keys);
  }
  const { arranging, leaveEditing } = keys;
  if (event.key === 'Escape') {
    if (arranging.placing !== null) arranging.stopPlacing();
    else if (arranging.selection.length === 0) leaveEditing();
    else arranging.actions.deselect();
    return true;
  }
  return arranging.selection.length > 0 && itemKey(event, arranging);
}

function itemKey(event: KeyboardEvent, { actions }: Arranging): boolean {
  const arrow = arrows[event.key];
  if (arrow) {
    actions.step(arrow);
    return true;
  }
  switch (event.code) {
    // by place: with a Korean keyboard layout the R key writes ㄱ
    case 'KeyR':
      actions.turn(event.shiftKey ? -1 : 1);
      return true;
    case 'Delete':
    case 'Backspace':
      actions.remove();
      return true;
    default:
      return false;
  }
}

function commandKey(event: KeyboardEvent, { live, arranging }: RoomKeys): boolean {
  switch (event.code) {
    case 'KeyZ':
      void (event.shiftKey ? live?.redo() : live?.undo());
      return true;
    case 'KeyY':
      void live?.redo();
      return true;
    case 'KeyD':
      arranging.actions.duplicate();
      return true;
    case 'KeyA':
      arranging.actions.selectAll();
      return true;
    default:
      return false;
  }
}
