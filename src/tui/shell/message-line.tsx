import { Box, Text, useIsScreenReaderEnabled } from 'ink';
import { printable } from '../../session/printable.ts';
import { cutTo, displayWidth } from '../display-width.ts';
import type { Message } from '../screen.ts';
import { useTheme } from '../theme.ts';
import type { TextField } from './text-field.ts';

export function MessageLine({ message }: { readonly message: Message | undefined }) {
  const theme = useTheme();
  return (
    <Text wrap="truncate" {...theme[message?.token ?? 'plain']}>
      {message === undefined ? ' ' : printable(message.text)}
    </Text>
  );
}

export type FieldLineProps = {
  readonly label: string;
  readonly field: TextField;
  readonly note?: string | undefined;
  readonly columns: number;
};

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A text that is being typed, with the cursor always in sight. */
export function FieldLine({ label, field, note = '', columns }: FieldLineProps) {
  const theme = useTheme();
  const end = note === '' ? '' : `  ${note}`;
  // One column is the cursor's, behind the last character.
  const room = Math.max(8, columns - displayWidth(label) - displayWidth(end) - 1);
  const { before, at, after } = visiblePart(field, room);
  if (useIsScreenReaderEnabled()) {
    return (
      <Box aria-role="textbox">
        <Text>{`${label} ${printable(field.text)}${end}`}</Text>
      </Box>
    );
  }
  return (
    <Text wrap="truncate">
      <Text {...theme.accent}>{label}</Text>
      {before}
      <Text inverse>{at}</Text>
      {after}
      <Text {...theme.faint}>{end}</Text>
    </Text>
  );
}

/** Of a text that is longer than its room, the part that ends with the cursor. */
function visiblePart({ text, cursor }: TextField, room: number) {
  const next = graphemes.segment(text).containing(cursor)?.segment ?? '';
  let before = printable(text.slice(0, cursor));
  while (displayWidth(before) > room - displayWidth(next)) {
    const [first] = graphemes.segment(before);
    before = before.slice(first?.segment.length ?? 1);
  }
  const left = room - displayWidth(before) - displayWidth(next);
  return {
    before,
    at: next === '' ? ' ' : printable(next),
    after: cutTo(printable(text.slice(cursor + next.length)), left),
  };
}
