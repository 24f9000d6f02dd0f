import { causeText } from '../../session/connection-text.ts';
import { bindingOf, type KeyContext, type KeyId, type ScreenId } from '../key-table.ts';
import { paletteItems } from '../palette/palette-items.ts';
import type { Message, OpenField, ScreenFacts, ScreenTarget } from '../screen.ts';
import type { TuiActions } from '../tui-actions.ts';
import { choiceList } from './choice-list.ts';
import { lastHelpRow } from './help-rows.ts';
import { besideOf, goBack, goTo, HOME, type Place, TOP_SCREENS } from './navigation.ts';
import {
  type Chosen,
  choiceOfKey,
  contextOf,
  type Overlay,
  overlayField,
  overlayOf,
  scrolledHelp,
  selectedChoice,
  withNextChoice,
  withOverlayField,
} from './overlay.ts';
import type { Deed, HostEffect, ScreenHost } from './screen-host.ts';
import { EMPTY_FIELD, editField, insertText, type TextField } from './text-field.ts';

/** What the shell is drawn from. Another object after each change. */
export type ShellView = {
  readonly place: Place;
  readonly overlay: Overlay | undefined;
  readonly message: Message | undefined;
  /** Said while an action runs. */
  readonly doing: string | undefined;
  readonly done: boolean;
};

export type ShellOptions = {
  readonly screens: readonly ScreenHost[];
  /** As the user sees it now. */
  readonly facts: () => ScreenFacts;
  /** Whether invocations run now, drawn or not: quitting asks. */
  readonly running: () => boolean;
  readonly actions: TuiActions;
  readonly suspend: () => void;
  /** A notice was dismissed by its key. True: there was one. */
  readonly dismiss: () => boolean;
  /** A key did something: hints at it are over. */
  readonly onAction?: (action: KeyId) => void;
};

const QUITTING: Overlay = { type: 'quit' };

/**
 * Gives each key to what is on top: a question, a text field, the screen. The one place where keys meet actions; what it
 * shows is a snapshot for `useSyncExternalStore`.
 */
export class Shell {
  readonly #options: ShellOptions;
  readonly #screens: ReadonlyMap<ScreenId, ScreenHost>;
  readonly #listeners = new Set<() => void>();
  #view: ShellView = {
    place: HOME,
    overlay: undefined,
    message: undefined,
    doing: undefined,
    done: false,
  };

  constructor(options: ShellOptions) {
    this.#options = options;
    this.#screens = new Map(options.screens.map((screen) => [screen.id, screen]));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): ShellView => this.#view;

  get current(): ScreenHost | undefined {
    return this.#screens.get(this.#view.place.screen);
  }

  /** The field of the screen below, while nothing lies over it. */
  field(facts: ScreenFacts): OpenField | undefined {
    return this.#view.overlay === undefined ? this.current?.field(facts) : undefined;
  }

  context(facts: ScreenFacts): KeyContext {
    const { overlay, place } = this.#view;
    if (overlay !== undefined) return contextOf(overlay);
    return this.field(facts) === undefined ? place.screen : 'field';
  }

  /** Why an action does nothing now. */
  disabled(action: KeyId, facts: ScreenFacts): string | undefined {
    return this.#view.overlay === undefined ? this.current?.disabled(action, facts) : undefined;
  }

  /** All keys of one read, in order, and drawn once. */
  press(keys: readonly string[]): void {
    for (const key of keys) this.#press(key);
    this.#announce();
  }

  /** Pasted text is not a command: it goes into a text field, or nowhere. */
  paste(text: string): void {
    if (this.#view.done || !this.#type((field) => insertText(field, text))) return;
    // The field may be in the screen's own state: the view has to be another one all the same.
    this.#set({ message: undefined });
    this.#announce();
  }

  /** What the screen had no time for: goes on with it and announces that. Undefined: nothing, or it is not seen. */
  unfinished(facts: ScreenFacts): (() => void) | undefined {
    const goOn = this.#view.overlay === undefined ? this.current?.unfinished(facts) : undefined;
    if (goOn === undefined) return undefined;
    return () => {
      goOn();
      this.#set({});
      this.#announce();
    };
  }

  say(message: Message): void {
    this.#set({ message });
    this.#announce();
  }

  /** While the question stood there, the last invocation ended: there is nothing left to ask. */
  settle(): void {
    if (this.#view.overlay?.type !== 'quit' || this.#options.running()) return;
    this.#set({ done: true, overlay: undefined });
    this.#announce();
  }

  #press(key: string): void {
    if (this.#view.done) return;
    const facts = this.#options.facts();
    const context = this.context(facts);
    this.#set({ message: undefined });
    // Editing keys first: Ctrl-U is half a page elsewhere.
    if (this.#type((field) => editField(field, key))) return;
    const binding = bindingOf(context, key);
    if (binding !== undefined) return this.#do(binding.id, facts);
    const typed = key === 'space' ? ' ' : key;
    // Names of keys that are no characters have several letters; so have characters of several code points, which are none.
    if (typed.length > 2) return;
    const choice = choiceOfKey(this.#view.overlay, key);
    if (choice === undefined) this.#type((field) => insertText(field, typed));
    else this.#choose(choice, facts);
  }

  /** True when there was a text to change. */
  #type(change: (field: TextField) => TextField | undefined): boolean {
    const facts = this.#options.facts();
    const { overlay } = this.#view;
    const field = overlay === undefined ? this.field(facts)?.field : overlayField(overlay);
    const changed = field && change(field);
    if (changed === undefined) return false;
    if (overlay === undefined) this.current?.edit(changed, facts);
    else this.#set({ overlay: withOverlayField(overlay, changed) });
    return true;
  }

  #do(action: KeyId, facts: ScreenFacts): void {
    const reason = this.disabled(action, facts);
    if (reason !== undefined) return this.#set({ message: { text: reason, token: 'warning' } });
    this.#options.onAction?.(action);
    switch (action) {
      case 'quit':
        return this.#options.running() ? this.#set({ overlay: QUITTING }) : this.#set({ done: true });
      case 'quit.now':
      case 'quit.yes':
        return this.#set({ done: true });
      case 'quit.no':
      case 'confirm.no':
        return this.#set({ overlay: undefined });
      case 'suspend':
        return this.#options.suspend();
      case 'help':
        return this.#set({
          overlay: this.#view.overlay === undefined ? { type: 'help', first: 0 } : undefined,
        });
      case 'palette': {
        const items = paletteItems(this.#view.place.screen, facts.session.functions, (id) =>
          this.disabled(id, facts),
        );
        return this.#set({ overlay: { type: 'palette', list: choiceList(items, EMPTY_FIELD) } });
      }
      case 'dismiss':
        if (!this.#options.dismiss()) this.#set({ message: { text: 'There is no notice.', token: 'faint' } });
        return;
      case 'back':
        return this.#back(facts);
      case 'go.invocations':
      case 'go.functions':
      case 'go.fixtures':
      case 'go.logs':
        return this.#go(TOP_SCREENS.find((screen) => action === `go.${screen}`) ?? 'invocations', {});
      case 'go.next':
      case 'go.previous':
        return this.#go(besideOf(this.#view.place.screen, action === 'go.next' ? 1 : -1), {});
      case 'choice.down':
      case 'choice.up':
        return this.#set({
          overlay: withNextChoice(this.#view.overlay, action === 'choice.down' ? 1 : -1),
        });
      case 'choice.take':
      case 'confirm.yes': {
        const selected = selectedChoice(this.#view.overlay);
        return selected && this.#choose(selected, facts);
      }
      case 'field.accept':
      case 'field.cancel':
        return this.#endField(action, facts);
      default: {
        const { overlay, place } = this.#view;
        if (overlay?.type !== 'help') return this.#deed(this.current?.act(action, facts));
        const last = lastHelpRow(place.screen, facts.size);
        return this.#set({ overlay: scrolledHelp(overlay, action === 'move.down' ? 1 : -1, last) });
      }
    }
  }

  #back(facts: ScreenFacts): void {
    if (this.#view.overlay !== undefined) return this.#set({ overlay: undefined });
    if (this.current?.backs(facts) === true) return this.#deed(this.current.act('back', facts));
    this.#set({ place: goBack(this.#view.place) });
  }

  #go(screen: ScreenId, target: ScreenTarget): void {
    const host = this.#screens.get(screen);
    if (host === undefined) return;
    this.#set({
      place: goTo(this.#view.place, screen, Object.keys(target).length > 0),
      overlay: undefined,
    });
    this.#deed(host.open(target, this.#options.facts()));
  }

  #choose({ deed, disabled }: Chosen, facts: ScreenFacts): void {
    if (disabled !== undefined) return this.#set({ message: { text: disabled, token: 'warning' } });
    this.#set({ overlay: undefined });
    if (typeof deed === 'string') this.#do(deed, facts);
    else this.#effect(deed);
  }

  #endField(action: 'field.accept' | 'field.cancel', facts: ScreenFacts): void {
    const { overlay } = this.#view;
    if (overlay?.type !== 'text') return this.#deed(this.current?.act(action, facts));
    this.#set({ overlay: undefined });
    if (action === 'field.accept') this.#effect(overlay.answered(overlay.field.text));
  }

  #deed(deed: Deed | undefined): void {
    if (deed?.message !== undefined) this.#set({ message: deed.message });
    if (deed?.effect !== undefined) this.#effect(deed.effect);
    // The screen's own state may have changed without anything here having done so.
    this.#set({});
  }

  #effect(effect: HostEffect): void {
    switch (effect.type) {
      case 'go':
        return this.#go(effect.screen, effect.target ?? {});
      case 'back':
        return this.#back(this.#options.facts());
      case 'ask':
        return this.#set({ overlay: overlayOf(effect.question) });
      case 'run':
        this.#set({ doing: effect.doing });
        effect.run(this.#options.actions).then(
          (deed) => this.#ran(deed),
          (error: unknown) => this.#ran({ message: { text: causeText(error) ?? 'failed', token: 'bad' } }),
        );
        return;
      default: {
        const unhandled: never = effect;
        return unhandled;
      }
    }
  }

  #ran(deed: Deed): void {
    if (this.#view.done) return;
    this.#set({ doing: undefined });
    this.#deed(deed);
    this.#announce();
  }

  #set(change: Partial<ShellView>): void {
    this.#view = { ...this.#view, ...change };
  }

  #announce(): void {
    for (const listener of this.#listeners) listener();
  }
}
