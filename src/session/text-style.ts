import { styleText } from 'node:util';

/** What words mean, not how they look: a light and a dark terminal show both. */
const STYLES = {
  good: 'green',
  bad: 'red',
  warning: 'yellow',
  faint: 'dim',
  strong: 'bold',
} as const;

export type Style = (meaning: keyof typeof STYLES, text: string) => string;

export function createStyle(colour: boolean): Style {
  // The stream is the caller's business: `validateStream` would look at process.stdout.
  return (meaning, text) => (colour ? styleText(STYLES[meaning], text, { validateStream: false }) : text);
}
