import { createElement, type ReactNode } from 'react';
import type { KeyId, ScreenId } from '../key-table.ts';
import type {
  Choice,
  Effect,
  Message,
  OpenField,
  Outcome,
  Question,
  RunResult,
  Screen,
  ScreenFacts,
  ScreenTarget,
} from '../screen.ts';
import type { TuiActions } from '../tui-actions.ts';
import type { TextField } from './text-field.ts';

/** What is left of an outcome once the screen's state is in its place. */
export type Deed = { readonly effect?: HostEffect; readonly message?: Message };

export type HostEffect =
  | Exclude<Effect<never>, { type: 'ask' | 'run' }>
  | { readonly type: 'ask'; readonly question: HostQuestion }
  | { readonly type: 'run'; readonly doing?: string; readonly run: (actions: TuiActions) => Promise<Deed> };

export type HostQuestion =
  | { readonly type: 'confirm'; readonly text: string; readonly yes: HostEffect }
  | {
      readonly type: 'text';
      readonly label: string;
      readonly initial: string;
      readonly answered: (text: string) => HostEffect;
    }
  | { readonly type: 'choose'; readonly title: string; readonly choices: readonly HostChoice[] };

export type HostChoice = Omit<Choice<never>, 'effect'> & { readonly effect: HostEffect };

/** A screen with its state inside, so that screens of different states can stand side by side. */
export interface ScreenHost {
  readonly id: ScreenId;
  open(target: ScreenTarget, facts: ScreenFacts): Deed;
  act(action: KeyId, facts: ScreenFacts): Deed;
  disabled(action: KeyId, facts: ScreenFacts): string | undefined;
  backs(facts: ScreenFacts): boolean;
  field(facts: ScreenFacts): OpenField | undefined;
  unfinished(facts: ScreenFacts): (() => void) | undefined;
  edit(field: TextField, facts: ScreenFacts): void;
  render(facts: ScreenFacts): ReactNode;
}

export function hostScreen<State>(screen: Screen<State>): ScreenHost {
  let state = screen.initial;

  function take({ state: next, effect, message }: Outcome<State>): Deed {
    state = next;
    return deedOf(effect, message);
  }

  function deedOf(effect: Effect<State> | undefined, message: Message | undefined): Deed {
    return {
      ...(effect === undefined ? {} : { effect: hosted(effect) }),
      ...(message === undefined ? {} : { message }),
    };
  }

  function hosted(effect: Effect<State>): HostEffect {
    switch (effect.type) {
      case 'ask':
        return { type: 'ask', question: hostedQuestion(effect.question) };
      case 'run':
        return { ...effect, run: async (actions) => arrived(await effect.run(actions)) };
      default:
        return effect;
    }
  }

  function arrived({ update, effect, message }: RunResult<State>): Deed {
    if (update !== undefined) state = update(state);
    return deedOf(effect, message);
  }

  function hostedQuestion(question: Question<State>): HostQuestion {
    switch (question.type) {
      case 'confirm':
        return { ...question, yes: hosted(question.yes) };
      case 'text':
        return { ...question, answered: (text) => hosted(question.answered(text)) };
      case 'choose': {
        const choices = question.choices.map((choice) => ({ ...choice, effect: hosted(choice.effect) }));
        return { ...question, choices };
      }
      default: {
        const unhandled: never = question;
        return unhandled;
      }
    }
  }

  return {
    id: screen.id,
    open: (target, facts) => take(screen.opened?.(state, target, facts) ?? { state }),
    act: (action, facts) => take(screen.act(state, action, facts)),
    disabled: (action, facts) => screen.disabled?.(state, action, facts),
    backs: (facts) => screen.backs?.(state, facts) ?? false,
    field: (facts) => screen.field?.(state, facts),
    unfinished: (facts) => screen.unfinished?.(state, facts),
    edit(field, facts) {
      state = screen.edited?.(state, field, facts) ?? state;
    },
    render: (facts) => createElement(screen.Component, { state, facts }),
  };
}
