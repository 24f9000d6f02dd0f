/** What a terminal would do if it were told so, and what must be on the screen instead. */
export type HostileText = { readonly what: string; readonly text: string; readonly shown: string };

/** What user code may print and what events and names may hold: ECMA-48, xterm's control sequences, Unicode's marks. */
export const HOSTILE_TEXTS: readonly HostileText[] = [
  { what: 'CSI that clears the screen', text: '\u001b[2J', shown: '␛[2J' },
  { what: 'CSI that moves the cursor', text: '\u001b[1;1H', shown: '␛[1;1H' },
  { what: 'CSI that leaves the alternate screen', text: '\u001b[?1049l', shown: '␛[?1049l' },
  { what: 'CSI that ends bracketed paste', text: '\u001b[?2004l', shown: '␛[?2004l' },
  { what: 'SGR colours', text: '\u001b[31m', shown: '␛[31m' },
  { what: 'OSC that sets the title', text: '\u001b]0;owned\u0007', shown: '␛]0;owned␇' },
  { what: 'OSC 8, a link', text: '\u001b]8;;x:y\u001b\\', shown: '␛]8;;x:y␛\\' },
  { what: 'OSC 52, the clipboard', text: '\u001b]52;c;ZXZpbA==\u0007', shown: '␛]52;c;ZXZpbA==␇' },
  { what: 'DCS that asks for a setting', text: '\u001bP$qm\u001b\\', shown: '␛P$qm␛\\' },
  { what: 'a reset', text: '\u001bc', shown: '␛c' },
  { what: 'C1 CSI', text: '\u009b2J', shown: '\\u009b2J' },
  { what: 'C1 OSC', text: '\u009d0;owned\u009c', shown: '\\u009d0;owned\\u009c' },
  { what: 'a bell', text: '\u0007', shown: '␇' },
  { what: 'NUL', text: '\u0000', shown: '␀' },
  { what: 'carriage return and backspace', text: 'ok\r\b\b', shown: 'ok␍␈␈' },
  { what: 'DEL', text: '\u007f', shown: '␡' },
  { what: 'a tab', text: 'a\tb', shown: 'a    b' },
  { what: 'a bidi override', text: '\u202eevil\u202c', shown: '\\u202eevil\\u202c' },
  { what: 'bidi isolates', text: '\u2066a\u2069', shown: '\\u2066a\\u2069' },
  { what: 'a line separator', text: 'a\u2028b', shown: 'a\\u2028b' },
  { what: 'a byte order mark', text: '\ufeffa', shown: '\\ufeffa' },
  { what: 'a lone surrogate', text: 'a\ud800b', shown: 'a\ufffdb' },
];

/** Sequences that Ink and the screens write themselves: attributes, the eight colours, cursor, erasing, modes. */
const OWN = /\u001b\[(?:\d*(?:;\d+)*m|\d*[ABCDEFGJK]|\d*(?:;\d*)?H|\?(?:25|1049|2004|2026)[hl])/g;

/** What is left of a terminal's stream without what the screens may write: every other control in it is somebody else's. */
export function foreignControls(written: string): readonly string[] {
  const rest = written.replace(OWN, '').replace(/\r?\n/g, '');
  return rest.match(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff].{0,8}/g) ?? [];
}
