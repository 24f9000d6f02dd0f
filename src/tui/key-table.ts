/** Which keys mean what depends on what is on the screen. */
export type KeyContext = 'list' | 'detail' | 'help' | 'quit';

export type Facts = {
  /** Ids of the invocations, oldest first. */
  readonly ids: readonly string[];
  readonly running: number;
  /** Rows of the part that scrolls. */
  readonly page: number;
  /** Lines of the opened tab. */
  readonly lines: number;
};

type Entry = {
  readonly id: string;
  /** Names of `key-names.ts`; the first one is shown in the footer. */
  readonly keys: readonly string[];
  readonly label: string;
  readonly when: readonly KeyContext[];
  readonly footer?: true;
  /** Why it does nothing now. */
  readonly disabled?: (facts: Facts) => string | undefined;
};

const EVERYWHERE = ['list', 'detail', 'help', 'quit'] as const;
const SCROLLING = ['list', 'detail'] as const;

const needsInvocation = ({ ids }: Facts) => (ids.length === 0 ? 'There is no invocation yet.' : undefined);

/** Every key of the screens. Dispatch, the footer, `?` and docs/keys.md are made of it. */
export const KEY_TABLE = [
  { id: 'open', keys: ['enter'], label: 'open', when: ['list'], footer: true, disabled: needsInvocation },
  { id: 'open.logs', keys: ['l'], label: 'logs', when: ['list'], footer: true, disabled: needsInvocation },
  { id: 'move.down', keys: ['j', 'down'], label: 'down', when: SCROLLING, footer: true },
  { id: 'move.up', keys: ['k', 'up'], label: 'up', when: SCROLLING, footer: true },
  { id: 'move.halfDown', keys: ['ctrl-d'], label: 'half page down', when: SCROLLING },
  { id: 'move.halfUp', keys: ['ctrl-u'], label: 'half page up', when: SCROLLING },
  { id: 'move.pageDown', keys: ['pagedown', 'space'], label: 'page down', when: SCROLLING },
  { id: 'move.pageUp', keys: ['pageup'], label: 'page up', when: SCROLLING },
  { id: 'move.first', keys: ['g', 'home'], label: 'first', when: SCROLLING },
  { id: 'move.last', keys: ['G', 'end'], label: 'last, and follow', when: SCROLLING },
  { id: 'follow', keys: ['f'], label: 'follow', when: ['list'], footer: true },
  { id: 'tab.next', keys: [']', 'tab'], label: 'next tab', when: ['detail'], footer: true },
  { id: 'tab.previous', keys: ['['], label: 'previous tab', when: ['detail'] },
  { id: 'tab.event', keys: ['1'], label: 'event', when: ['detail'] },
  { id: 'tab.answer', keys: ['2'], label: 'answer', when: ['detail'] },
  { id: 'tab.logs', keys: ['3'], label: 'logs', when: ['detail'] },
  { id: 'quit.yes', keys: ['y', 'q', 'enter'], label: 'quit', when: ['quit'], footer: true },
  { id: 'quit.no', keys: ['n', 'escape'], label: 'stay', when: ['quit'], footer: true },
  { id: 'back', keys: ['escape'], label: 'back', when: ['detail', 'help'], footer: true },
  { id: 'help', keys: ['?'], label: 'help', when: ['list', 'detail', 'help'], footer: true },
  { id: 'quit', keys: ['q'], label: 'quit', when: ['list', 'detail', 'help'], footer: true },
  { id: 'quit.now', keys: ['ctrl-c'], label: 'quit at once', when: EVERYWHERE },
  { id: 'suspend', keys: ['ctrl-z'], label: 'suspend, until `fg`', when: EVERYWHERE },
] as const satisfies readonly Entry[];

export type KeyId = (typeof KEY_TABLE)[number]['id'];

export type Binding = Entry & { readonly id: KeyId };

const BINDINGS: readonly Binding[] = KEY_TABLE;

export function bindingsOf(context: KeyContext): readonly Binding[] {
  return BINDINGS.filter(({ when }) => when.includes(context));
}

export function bindingOf(context: KeyContext, key: string): Binding | undefined {
  return BINDINGS.find(({ when, keys }) => when.includes(context) && keys.includes(key));
}

/** docs/keys.md. */
export function keysMarkdown(): string {
  const sections = [
    ['list', 'List of invocations'],
    ['detail', 'One invocation'],
    ['help', 'Help'],
    ['quit', 'Quitting while invocations run'],
  ] as const;
  const tables = sections.map(([context, title]) => {
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
