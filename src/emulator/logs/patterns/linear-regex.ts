/** One character's place in a pattern, and how often it may stand there. */
type Step = {
  readonly takes: (code: number) => boolean;
  readonly isOptional: boolean;
  readonly repeats: boolean;
};

/** Steps one after the other; `^` and `$` bind them to the text's ends. */
type Sequence = { readonly steps: readonly Step[]; readonly fromStart: boolean; readonly toEnd: boolean };

const ATOM = /(?<atom>\[(?:[^\]\\]|\\.)*\]|\\x[\dA-Fa-f]{2}|\\.|[^|])(?<repeat>[?*+]?)\??/y;

/**
 * Whether a regular expression without groups occurs in a text, in a time that is linear in the text: all places where
 * the pattern may be are followed at once. RegExp tries one after the other, `a*a*a*b` for hours.
 *
 * @throws SyntaxError
 */
export function linearRegex(source: string): (text: string) => boolean {
  // For its errors. Without repetitions it is linear itself.
  const whole = new RegExp(source);
  if (!/[?*+]/.test(source)) return (text) => whole.test(text);
  const sequences = sequencesOf(source);
  return (text) => sequences.some((sequence) => occurs(sequence, text));
}

function sequencesOf(source: string): readonly Sequence[] {
  const takers = new Map<string, Step['takes']>();
  const sequences: Sequence[] = [];
  for (let at = 0; at <= source.length; at += 1) {
    const steps: Step[] = [];
    let [fromStart, toEnd] = [false, false];
    for (;;) {
      ATOM.lastIndex = at;
      const { atom, repeat = '' } = ATOM.exec(source)?.groups ?? {};
      if (atom === undefined) break;
      at = ATOM.lastIndex;
      if (toEnd) throw new SyntaxError('expected $ at the end');
      if (atom === '^' && (steps.length > 0 || fromStart))
        throw new SyntaxError('expected ^ at the beginning');
      if (atom === '^') fromStart = true;
      else if (atom === '$') toEnd = true;
      else {
        const takes = takers.get(atom) ?? taker(atom);
        takers.set(atom, takes);
        steps.push({ takes, isOptional: /[?*]/.test(repeat), repeats: /[*+]/.test(repeat) });
      }
    }
    sequences.push({ steps, fromStart, toEnd });
  }
  return sequences;
}

const [UNKNOWN, FITS, FITS_NOT] = [0, 1, 2];

/** Each character is looked at once. */
function taker(atom: string): Step['takes'] {
  const regex = new RegExp(`^${atom}$`);
  const known = new Uint8Array(0x1_00_00);
  return (code) => {
    if (known[code] === UNKNOWN) known[code] = regex.test(String.fromCharCode(code)) ? FITS : FITS_NOT;
    return known[code] === FITS;
  };
}

function occurs({ steps, fromStart, toEnd }: Sequence, text: string): boolean {
  const end = steps.length;
  let places = new Uint8Array(end + 1);
  let next = new Uint8Array(end + 1);
  for (let at = 0; ; at += 1) {
    if (at === 0 || !fromStart) enter(places, 0, steps);
    if (places[end] === 1 && (!toEnd || at === text.length)) return true;
    if (at === text.length) return false;
    next.fill(0);
    advance(places, next, { steps, code: text.charCodeAt(at) });
    [places, next] = [next, places];
  }
}

function advance(
  places: Uint8Array,
  next: Uint8Array,
  { steps, code }: { readonly steps: readonly Step[]; readonly code: number },
): void {
  for (let place = 0; place < steps.length; place += 1) {
    const step = steps[place];
    if (places[place] !== 1 || step?.takes(code) !== true) continue;
    if (step.repeats) next[place] = 1;
    enter(next, place + 1, steps);
  }
}

/** A place, and those behind it that are reached without a character. */
function enter(places: Uint8Array, from: number, steps: readonly Step[]): void {
  for (let place = from; places[place] === 0; place += 1) {
    places[place] = 1;
    if (steps[place]?.isOptional !== true) return;
  }
}
