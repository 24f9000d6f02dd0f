import { Text } from 'ink';
import { displayWidth } from '../display-width.ts';
import { type Binding, footerOf, type KeyContext, type KeyId } from '../key-table.ts';
import { useTheme } from '../theme.ts';

export type FooterProps = {
  readonly context: KeyContext;
  readonly columns: number;
  /** Actions that do nothing now: their keys are shown in brackets. */
  readonly disabled: (action: KeyId) => boolean;
};

const GAP = '  ';
/** Wherever there is no room for all. */
const ALWAYS: readonly KeyId[] = ['palette', 'help', 'quit'];

/** Keys of the place that the user is in: those of the table that fit, the last three always. */
export function Footer({ context, columns, disabled }: FooterProps) {
  const theme = useTheme();
  return (
    <Text wrap="truncate">
      {fittingKeys(context, columns).map(({ id, keys, label }, index) => (
        <Text key={id} {...(disabled(id) ? theme.faint : theme.plain)}>
          {index === 0 ? '' : GAP}
          <Text {...(disabled(id) ? theme.faint : theme.strong)}>{keys[0]}</Text>{' '}
          <Text {...theme.faint}>{label}</Text>
        </Text>
      ))}
    </Text>
  );
}

function fittingKeys(context: KeyContext, columns: number): readonly Binding[] {
  const shown = footerOf(context);
  const always = shown.filter(({ id }) => ALWAYS.includes(id));
  let room = columns - widthOf(always);
  const fitting = shown.filter((binding) => {
    if (always.includes(binding)) return true;
    room -= widthOf([binding]);
    return room >= 0;
  });
  return fitting;
}

function widthOf(bindings: readonly Binding[]): number {
  return bindings.reduce((sum, { keys, label }) => sum + displayWidth(`${keys[0]} ${label}`) + GAP.length, 0);
}
