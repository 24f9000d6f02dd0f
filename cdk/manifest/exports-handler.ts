import { readFileSync } from 'node:fs';

/**
 * Whether a source file seems to export a name. It looks at the text only: enough to find a file that is taken for the
 * entry and is not, without a parser in everybody's synth. `export * from` may export anything.
 */
export function exportsHandler(file: string, exportName: string): boolean {
  const source = readFileSync(file, 'utf8');
  // Of `routes.create` the module exports `routes`.
  const name = exportName.split('.')[0] ?? exportName;
  const word = name.replaceAll(/[^\w]/g, '\\$&');
  const patterns = [
    `\\bexport\\s+(?:declare\\s+)?(?:async\\s+)?(?:function\\s*\\*?|const|let|var|class|import)\\s+${word}\\b`,
    `\\bexport\\s+(?:const|let|var)\\s*[{[][^=]*\\b${word}\\b`,
    `\\bexport\\s*\\{[^}]*\\b${word}\\b[^}]*\\}`,
    `\\bexports\\s*(?:\\.\\s*${word}\\b|\\[\\s*['"]${word}['"]\\s*\\])`,
    '\\bexport\\s*\\*\\s*from\\b',
    '\\bexport\\s*=',
    '\\bmodule\\s*\\.\\s*exports\\s*=',
  ];
  if (name === 'default') patterns.push('\\bexport\\s+default\\b');
  return patterns.some((pattern) => new RegExp(pattern).test(source));
}
