import type { TextProps } from 'ink';
import { createContext, useContext } from 'react';
import type { Phase } from '../session/event.ts';
import type { InvocationRecord } from '../session/store.ts';

/** What a text means. `key` to `word` are the parts of JSON; `match` is what a search found. */
export type Token =
  | 'good'
  | 'bad'
  | 'warning'
  | 'busy'
  | 'accent'
  | 'faint'
  | 'strong'
  | 'plain'
  | 'key'
  | 'string'
  | 'number'
  | 'word'
  | 'match'
  | Series;

/** What tells one function from another. Their names stand beside: it is never the only sign. */
type Series = 'series1' | 'series2' | 'series3' | 'series4' | 'series5' | 'series6';

/** What a token looks like: attributes and the terminal's own palette, which its light or dark theme made readable. */
export type Theme = Readonly<Record<Token, Pick<TextProps, 'color' | 'dimColor' | 'bold' | 'inverse'>>>;

export function createTheme(colour: boolean): Theme {
  const tint = (color: string) => (colour ? { color } : {});
  return {
    good: tint('green'),
    bad: tint('red'),
    warning: tint('yellow'),
    busy: tint('blue'),
    accent: { ...tint('magenta'), bold: true },
    faint: { dimColor: true },
    strong: { bold: true },
    plain: {},
    key: tint('blue'),
    string: tint('green'),
    number: tint('yellow'),
    word: tint('magenta'),
    match: { inverse: true },
    // Neither red nor green, which mean something, and which some cannot tell apart.
    series1: tint('cyan'),
    series2: tint('yellow'),
    series3: tint('magenta'),
    series4: tint('blue'),
    series5: { ...tint('cyan'), bold: true },
    series6: { ...tint('yellow'), bold: true },
  };
}

const SERIES: readonly Series[] = ['series1', 'series2', 'series3', 'series4', 'series5', 'series6'];

/** The look of a function, by its place in the app: as many of the first ones differ as there are looks. */
export function seriesOf(functionName: string, functions: readonly { readonly name: string }[]): Token {
  const place = functions.findIndex(({ name }) => name === functionName);
  return SERIES[place % SERIES.length] ?? 'plain';
}

const ThemeContext = createContext(createTheme(false));

export const ThemeProvider = ThemeContext.Provider;

export function useTheme(): Theme {
  return useContext(ThemeContext);
}

export type PhaseLook = { readonly glyph: string; readonly word: string; readonly token: Token };

/** A glyph and a word for each phase: colour alone is never the sign. */
const LOOKS: Readonly<Record<Phase, PhaseLook>> = {
  offered: { glyph: '○', word: 'queued', token: 'faint' },
  claimed: { glyph: '●', word: 'running', token: 'busy' },
  succeeded: { glyph: '✓', word: 'succeeded', token: 'good' },
  failed: { glyph: '✗', word: 'failed', token: 'bad' },
  'timed-out': { glyph: '✗', word: 'timed out', token: 'bad' },
  refused: { glyph: '-', word: 'refused', token: 'warning' },
  withdrawn: { glyph: '-', word: 'withdrawn', token: 'warning' },
  cancelled: { glyph: '-', word: 'cancelled', token: 'warning' },
  observed: { glyph: '◦', word: 'observed', token: 'plain' },
};

export function phaseLook({ phase, step }: Pick<InvocationRecord, 'phase' | 'step'>): PhaseLook {
  if (step === undefined || step === 'queued') return LOOKS[phase];
  return { ...LOOKS.claimed, word: step };
}
