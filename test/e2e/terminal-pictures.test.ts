import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { screenPicture } from '../../scripts/screen-picture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = join(root, 'docs', 'screens');

/** The elements that are open at the end, and what is wrong on the way there. */
function faultsOfXml(text: string): readonly string[] {
  const open: string[] = [];
  const faults: string[] = [];
  const parts = text.matchAll(
    /<!--[\s\S]*?-->|<(\/?)([a-z]+)((?: [a-zA-Z:]+="[^"<&]*")*)(\/?)>|([^<]+)|(<)/g,
  );
  for (const [, closes, name = '', , empty, characters, stray] of parts) {
    if (stray !== undefined) faults.push('a < that begins nothing');
    if (characters !== undefined && /&(?!(?:amp|lt|gt);)|[\u0000-\u0008\u000b-\u001f]/.test(characters)) {
      faults.push(`not XML: ${characters}`);
    }
    if (name === '' || empty === '/') continue;
    if (closes !== '/') open.push(name);
    else if (open.pop() !== name) faults.push(`</${name}> closes nothing`);
  }
  return [...faults, ...open];
}

const PICTURES = (await readdir(directory)).sort();

test('there is a picture of each screen', () => {
  expect(PICTURES).toEqual([
    'diff.svg',
    'fixtures.svg',
    'functions.svg',
    'help.svg',
    'invocation.svg',
    'invocations.svg',
    'logs.svg',
    'palette.svg',
    'timeline.svg',
  ]);
});

test.each(PICTURES)(
  '%s is XML, shows a run of llx, says what made it, and stands in docs/tui.md',
  async (file) => {
    const picture = await readFile(join(directory, file), 'utf8');
    expect(faultsOfXml(picture)).toEqual([]);
    expect(picture).toMatch(/<!-- Made by scripts\/screens\.ts from a run of llx \d+\.\d+\.\d+ -->/);
    expect(picture).toContain('>llx OFFLINE</text>');
    expect(await readFile(join(root, 'docs', 'tui.md'), 'utf8')).toContain(`](screens/${file})`);
  },
);

test('README shows one', async () => {
  expect(await readFile(join(root, 'README.md'), 'utf8')).toContain('](docs/screens/invocations.svg)');
});

test('a picture has each run of a look in its place, and what is XML in it is text', () => {
  const styled = 'a\u001b[1;32mb & <c>\u001b[22;39m   \u001b[7mx\u001b[0m 注d';
  const options = { title: 'T', columns: 20, rows: 1, madeBy: 'test' };
  const texts = screenPicture(styled, options).match(/<(?:text|rect class="block") .*/g);
  expect(texts).toMatchInlineSnapshot(`
    [
      "<text x="12" y="26" textLength="8.4" lengthAdjust="spacingAndGlyphs">a</text>",
      "<text x="20.4" y="26" textLength="58.8" lengthAdjust="spacingAndGlyphs" class="b c2">b &amp; &lt;c&gt;</text>",
      "<rect class="block" x="104.4" y="12" width="8.4" height="18"/>",
      "<text x="104.4" y="26" textLength="8.4" lengthAdjust="spacingAndGlyphs" class="i">x</text>",
      "<text x="121.2" y="26" textLength="25.2" lengthAdjust="spacingAndGlyphs">注d</text>",
    ]
  `);
});
