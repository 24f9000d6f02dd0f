import type { KeyContext, KeyId } from '../key-table.ts';
import { type ChoiceList, choiceList, type ListItem, moveChoice } from './choice-list.ts';
import type { HostChoice, HostEffect, HostQuestion } from './screen-host.ts';
import { EMPTY_FIELD, fieldOf, type TextField } from './text-field.ts';

/** A line of the palette: an action of the screen below, or a place to go. */
export type PaletteItem = ListItem & { readonly deed: KeyId | HostEffect };

export type ChoiceItem = ListItem & { readonly choice: HostChoice };

/** What lies over the screen and has the keys. */
export type Overlay =
  | { readonly type: 'help'; readonly first: number }
  | { readonly type: 'quit' }
  | { readonly type: 'palette'; readonly list: ChoiceList<PaletteItem> }
  | { readonly type: 'choose'; readonly title: string; readonly list: ChoiceList<ChoiceItem> }
  | { readonly type: 'confirm'; readonly text: string; readonly yes: HostEffect }
  | {
      readonly type: 'text';
      readonly label: string;
      readonly field: TextField;
      readonly answered: (text: string) => HostEffect;
    };

export function overlayOf(question: HostQuestion): Overlay {
  switch (question.type) {
    case 'confirm':
      return question;
    case 'text':
      return {
        type: 'text',
        label: question.label,
        field: fieldOf(question.initial),
        answered: question.answered,
      };
    case 'choose': {
      const items = question.choices.map((choice) => ({
        label: choice.label,
        ...(choice.key === undefined ? {} : { hint: choice.key }),
        disabled: choice.disabled,
        choice,
      }));
      return { type: 'choose', title: question.title, list: choiceList(items, EMPTY_FIELD) };
    }
    default: {
      const unhandled: never = question;
      return unhandled;
    }
  }
}

export function contextOf(overlay: Overlay): KeyContext {
  return overlay.type === 'text' ? 'field' : overlay.type;
}

/** The text that is typed into it, if any. */
export function overlayField(overlay: Overlay | undefined): TextField | undefined {
  if (overlay?.type === 'text') return overlay.field;
  return overlay?.type === 'palette' ? overlay.list.field : undefined;
}

export function withOverlayField(overlay: Overlay, field: TextField): Overlay {
  if (overlay.type === 'text') return { ...overlay, field };
  return overlay.type === 'palette'
    ? { type: 'palette', list: choiceList(overlay.list.all, field) }
    : overlay;
}

export function withNextChoice(overlay: Overlay | undefined, by: 1 | -1): Overlay | undefined {
  if (overlay?.type === 'palette') return { ...overlay, list: moveChoice(overlay.list, by) };
  return overlay?.type === 'choose' ? { ...overlay, list: moveChoice(overlay.list, by) } : overlay;
}

export function scrolledHelp(
  { first }: Extract<Overlay, { type: 'help' }>,
  by: 1 | -1,
  last: number,
): Overlay {
  return { type: 'help', first: Math.max(0, Math.min(last, first + by)) };
}

/** What is chosen, and why it can not be. */
export type Chosen = { readonly deed: KeyId | HostEffect; readonly disabled: string | undefined };

export function selectedChoice(overlay: Overlay | undefined): Chosen | undefined {
  if (overlay?.type === 'confirm') return { deed: overlay.yes, disabled: undefined };
  if (overlay?.type === 'choose') return chosen(overlay.list.fitting[overlay.list.selected]?.item);
  if (overlay?.type !== 'palette') return undefined;
  const item = overlay.list.fitting[overlay.list.selected]?.item;
  return item && { deed: item.deed, disabled: item.disabled };
}

/** By the one key that a choice has of its own. */
export function choiceOfKey(overlay: Overlay | undefined, key: string): Chosen | undefined {
  if (overlay?.type !== 'choose') return undefined;
  return chosen(overlay.list.all.find(({ choice }) => choice.key === key));
}

function chosen(item: ChoiceItem | undefined): Chosen | undefined {
  return item && { deed: item.choice.effect, disabled: item.disabled };
}
