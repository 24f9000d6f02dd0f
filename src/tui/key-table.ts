/** A place of its own with its own keys. */
export type ScreenId = 'invocations' | 'invocation' | 'functions' | 'fixtures' | 'logs';

/** Which keys mean what depends on what is on the screen. */
export type KeyContext = ScreenId | 'field' | 'palette' | 'choose' | 'confirm' | 'help' | 'quit';

type Entry = {
  readonly id: string;
  /** Names of `key-names.ts`; the first one is shown in the footer. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly when: readonly KeyContext[];
  /** Everywhere, or only there. */
  readonly footer?: true | readonly KeyContext[];
};

const TOP = ['invocations', 'functions', 'fixtures', 'logs'] as const;
const SCREENS = [...TOP, 'invocation'] as const;
const ONE_INVOCATION = ['invocations', 'invocation'] as const;
const OVERLAYS = ['field', 'palette', 'choose', 'confirm', 'help', 'quit'] as const;
const EVERYWHERE = [...SCREENS, ...OVERLAYS] as const;

/** Every key of the screens. Dispatch, the footer, `?`, the palette and docs/keys.md are made of it. */
export const KEY_TABLE = [
  { id: 'open', keys: ['enter'], label: 'open', when: ['invocations', 'logs'], footer: true },
  { id: 'open.logs', keys: ['l'], label: 'logs', when: ['invocations', 'functions'] },
  { id: 'node.toggle', keys: ['enter', 'space'], label: 'fold or unfold', when: ['invocation'] },
  { id: 'node.fold', keys: ['left', 'h'], label: 'fold', when: ['invocation', 'fixtures'] },
  { id: 'node.unfold', keys: ['right', 'l'], label: 'unfold', when: ['invocation', 'fixtures'] },
  { id: 'node.foldAll', keys: ['-'], label: 'fold all', when: ['invocation'] },
  { id: 'node.unfoldAll', keys: ['+', '='], label: 'unfold all', when: ['invocation'] },
  { id: 'toggle', keys: ['space', 'enter'], label: 'serve or leave', when: ['functions'], footer: true },
  { id: 'sort', keys: ['s'], label: 'sort', when: ['functions'], footer: true },
  { id: 'fixture.send', keys: ['enter'], label: 'send', when: ['fixtures'], footer: true },
  { id: 'fixture.sendTo', keys: ['s'], label: 'send to …', when: ['fixtures'], footer: true },
  { id: 'fixture.sendAll', keys: ['a'], label: 'send all', when: ['fixtures'], footer: true },
  { id: 'fixture.result', keys: ['v'], label: 'expected or last result', when: ['fixtures'] },
  { id: 'refresh', keys: ['R'], label: 'read again', when: ['fixtures'] },
  { id: 'filter', keys: ['/'], label: 'filter', when: TOP, footer: true },
  { id: 'search', keys: ['/'], label: 'search', when: ['invocation'], footer: true },
  { id: 'search.next', keys: ['n'], label: 'next match', when: ['invocation'] },
  { id: 'search.previous', keys: ['N'], label: 'previous match', when: ['invocation'] },
  { id: 'replay', keys: ['r'], label: 'replay', when: ONE_INVOCATION, footer: true },
  { id: 'edit', keys: ['e'], label: 'edit and replay', when: ONE_INVOCATION, footer: true },
  { id: 'diff', keys: ['d'], label: 'diff of answers', when: ONE_INVOCATION },
  { id: 'save', keys: ['f'], label: 'save as fixture', when: ['invocation'] },
  { id: 'copy', keys: ['c'], label: 'copy …', when: ONE_INVOCATION },
  {
    id: 'source',
    keys: ['o'],
    label: 'open the source',
    when: ['invocations', 'invocation', 'functions', 'fixtures'],
  },
  { id: 'pin', keys: ['space'], label: 'pin', when: ['invocations'] },
  { id: 'follow', keys: ['f'], label: 'follow', when: ['invocations', 'logs'], footer: true },
  { id: 'pause', keys: ['p'], label: 'pause', when: ['invocations', 'logs'], footer: true },
  { id: 'order', keys: ['s'], label: 'newest first or last', when: ['invocations'] },
  { id: 'tab.next', keys: [']', 'tab'], label: 'next tab', when: ['invocation'], footer: true },
  { id: 'tab.previous', keys: ['[', 'shift-tab'], label: 'previous tab', when: ['invocation'] },
  { id: 'tab.event', keys: ['1'], label: 'event', when: ['invocation'] },
  { id: 'tab.answer', keys: ['2'], label: 'answer', when: ['invocation'] },
  { id: 'tab.logs', keys: ['3'], label: 'logs', when: ['invocation'] },
  { id: 'tab.timeline', keys: ['4'], label: 'timeline', when: ['invocation'] },
  { id: 'tab.context', keys: ['5'], label: 'context', when: ['invocation'] },
  { id: 'tab.diff', keys: ['6'], label: 'diff', when: ['invocation'] },
  { id: 'newer', keys: ['K'], label: 'newer invocation', when: ['invocation'] },
  { id: 'older', keys: ['J'], label: 'older invocation', when: ['invocation'] },
  { id: 'preview.down', keys: ['J'], label: 'scroll the preview down', when: ['fixtures'] },
  { id: 'preview.up', keys: ['K'], label: 'scroll the preview up', when: ['fixtures'] },
  { id: 'move.down', keys: ['j', 'down'], label: 'down', when: [...SCREENS, 'help'] },
  { id: 'move.up', keys: ['k', 'up'], label: 'up', when: [...SCREENS, 'help'] },
  { id: 'move.halfDown', keys: ['ctrl-d'], label: 'half page down', when: SCREENS },
  { id: 'move.halfUp', keys: ['ctrl-u'], label: 'half page up', when: SCREENS },
  { id: 'move.pageDown', keys: ['pagedown', 'ctrl-f'], label: 'page down', when: SCREENS },
  { id: 'move.pageUp', keys: ['pageup', 'ctrl-b'], label: 'page up', when: SCREENS },
  { id: 'move.first', keys: ['g', 'home'], label: 'first', when: SCREENS },
  { id: 'move.last', keys: ['G', 'end'], label: 'last', when: SCREENS },
  { id: 'go.invocations', keys: ['1'], label: 'invocations', when: TOP },
  { id: 'go.functions', keys: ['2'], label: 'functions', when: TOP },
  { id: 'go.fixtures', keys: ['3'], label: 'fixtures', when: TOP },
  { id: 'go.logs', keys: ['4'], label: 'logs of all functions', when: TOP },
  { id: 'go.next', keys: ['tab'], label: 'next screen', when: TOP },
  { id: 'go.previous', keys: ['shift-tab'], label: 'previous screen', when: TOP },
  { id: 'field.accept', keys: ['enter'], label: 'accept', when: ['field'], footer: true },
  { id: 'field.cancel', keys: ['escape'], label: 'cancel', when: ['field'], footer: true },
  { id: 'choice.take', keys: ['enter'], label: 'choose', when: ['palette', 'choose'], footer: true },
  {
    id: 'choice.down',
    keys: ['down', 'ctrl-n', 'tab'],
    label: 'down',
    when: ['palette', 'choose'],
  },
  {
    id: 'choice.up',
    keys: ['up', 'ctrl-p', 'shift-tab'],
    label: 'up',
    when: ['palette', 'choose'],
  },
  { id: 'confirm.yes', keys: ['y', 'enter'], label: 'yes', when: ['confirm'], footer: true },
  { id: 'confirm.no', keys: ['n', 'escape', 'q'], label: 'no', when: ['confirm'], footer: true },
  { id: 'quit.yes', keys: ['y', 'q', 'enter'], label: 'quit', when: ['quit'], footer: true },
  { id: 'quit.no', keys: ['n', 'escape'], label: 'stay', when: ['quit'], footer: true },
  { id: 'dismiss', keys: ['x'], label: 'dismiss the notice', when: SCREENS },
  { id: 'palette', keys: [':'], label: 'commands', when: SCREENS, footer: true },
  {
    id: 'back',
    keys: ['escape'],
    label: 'back',
    when: [...SCREENS, 'palette', 'choose', 'help'],
    footer: ['palette', 'choose', 'help'],
  },
  { id: 'help', keys: ['?'], label: 'help', when: [...SCREENS, 'help'], footer: true },
  { id: 'quit', keys: ['q'], label: 'quit', when: [...SCREENS, 'help'], footer: true },
  { id: 'quit.now', keys: ['ctrl-c'], label: 'quit at once', when: EVERYWHERE },
  { id: 'suspend', keys: ['ctrl-z'], label: 'suspend, until `fg`', when: EVERYWHERE },
] as const satisfies readonly Entry[];

export type KeyId = (typeof KEY_TABLE)[number]['id'];

export type Binding = Entry & { readonly id: KeyId };

const BINDINGS: readonly Binding[] = KEY_TABLE;

const SECTIONS = [
  ['invocations', 'Invocations'],
  ['invocation', 'One invocation'],
  ['functions', 'Functions'],
  ['fixtures', 'Fixtures'],
  ['logs', 'Logs of all functions'],
  ['field', 'Typing a filter'],
  ['palette', 'Commands'],
  ['choose', 'Choosing'],
  ['confirm', 'A question'],
  ['help', 'Help'],
  ['quit', 'Quitting while invocations run'],
] as const satisfies readonly (readonly [KeyContext, string])[];

export const KEY_CONTEXTS: readonly KeyContext[] = SECTIONS.map(([context]) => context);

/** Keys that the bottom line shows, in its order. */
export function footerOf(context: KeyContext): readonly Binding[] {
  return bindingsOf(context).filter(({ footer }) => footer === true || footer?.includes(context) === true);
}

export function titleOf(context: KeyContext): string {
  return SECTIONS.find(([candidate]) => candidate === context)?.[1] ?? context;
}

export function bindingsOf(context: KeyContext): readonly Binding[] {
  return BINDINGS.filter(({ when }) => when.includes(context));
}

export function bindingOf(context: KeyContext, key: string): Binding | undefined {
  return BINDINGS.find(({ when, keys }) => when.includes(context) && keys.includes(key));
}

/** docs/keys.md. */
export function keysMarkdown(): string {
  const tables = SECTIONS.map(([context, title]) => {
    const rows = bindingsOf(context).map(({ keys, label }) => [
      keys.map((key) => `\`${key}\``).join(' '),
      label,
    ]);
    return `## ${title}\n\n${markdownTable([['key', 'does'], ...rows])}`;
  });
  return `# Keys\n\nMade from \`src/tui/key-table.ts\` by its test.\n\n${tables.join('\n\n')}\n`;
}

/** With its columns aligned, as the formatter wants them. */
function markdownTable([heading = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = heading.map((_, column) =>
    Math.max(...[heading, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = ' ') =>
    `| ${widths.map((width, column) => (cells[column] ?? '').padEnd(width, fill)).join(' | ')} |`;
  return [line(heading), line([], '-'), ...rows.map((row) => line(row))].join('\n');
}
