import { printable } from '../../session/printable.ts';
import type { FunctionRecord } from '../../session/store.ts';
import { bindingsOf, type KeyId, type ScreenId } from '../key-table.ts';
import type { PaletteItem } from '../shell/overlay.ts';

const PLACES: readonly (readonly [ScreenId, string])[] = [
  ['invocations', 'go to invocations'],
  ['functions', 'go to functions'],
  ['fixtures', 'go to fixtures'],
  ['logs', 'go to logs of all functions'],
];

/** Actions that the palette itself stands for, or that need no name. */
const LEFT_OUT = /^(move\.|go\.|choice\.|palette$)/;

/** All that can be done from a screen: its keys, the other screens, and each function of the app. */
export function paletteItems(
  screen: ScreenId,
  functions: readonly FunctionRecord[],
  disabled: (action: KeyId) => string | undefined,
): readonly PaletteItem[] {
  const actions = bindingsOf(screen)
    .filter(({ id }) => !LEFT_OUT.test(id))
    .map(
      ({ id, keys, label }): PaletteItem => ({
        label,
        ...(keys[0] === undefined ? {} : { hint: keys[0] }),
        disabled: disabled(id),
        deed: id,
      }),
    );
  const places = PLACES.filter(([id]) => id !== screen).map(
    ([id, label]): PaletteItem => ({ label, deed: { type: 'go', screen: id } }),
  );
  const named = functions.flatMap(({ name }): readonly PaletteItem[] => [
    {
      label: `function ${printable(name)}`,
      deed: { type: 'go', screen: 'functions', target: { functionName: name } },
    },
    {
      label: `logs of ${printable(name)}`,
      deed: { type: 'go', screen: 'logs', target: { functionName: name } },
    },
  ]);
  return [...actions, ...places, ...named];
}
