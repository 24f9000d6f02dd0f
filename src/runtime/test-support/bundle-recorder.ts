import type { BundleListener } from '../builder/bundle.ts';
import type { CodeState } from '../code-source.ts';
import type { BuildProblem } from '../invocation.ts';

export type BundleEvent =
  | { readonly type: 'code'; readonly state: CodeState }
  | { readonly type: 'changed'; readonly file: string }
  | { readonly type: 'built'; readonly inputs: number }
  | { readonly type: 'build-failed'; readonly problems: readonly BuildProblem[] };

/** Listens to a bundle, in order, and lets a test wait for what it is interested in. */
export class BundleRecorder implements BundleListener {
  readonly events: BundleEvent[] = [];
  /** Called before anything else happens after an event. */
  onEvent: (event: BundleEvent) => void = () => {};
  #waiting: (() => void)[] = [];

  onCode(state: CodeState): void {
    this.#record({ type: 'code', state });
  }

  onChanged(file: string): void {
    this.#record({ type: 'changed', file });
  }

  onBuilt({ inputs }: { readonly inputs: number }): void {
    this.#record({ type: 'built', inputs });
  }

  onBuildFailed(problems: readonly BuildProblem[]): void {
    this.#record({ type: 'build-failed', problems });
  }

  /** The file of the next ready code that fits. @throws the message of a failed build that comes first */
  async ready(fits: (file: string) => boolean = () => true): Promise<string> {
    for (;;) {
      const { state } = await this.next('code');
      if (state.status === 'failed') throw new Error(Buffer.from(state.failure.payload).toString());
      if (state.status === 'ready' && fits(state.generation.file)) return state.generation.file;
    }
  }

  /** The problems of the next build that fails, when its listeners know all of it. */
  async failed(): Promise<readonly BuildProblem[]> {
    const { problems } = await this.next('build-failed');
    await this.next('code');
    return problems;
  }

  /** The next event of a type; those before it are forgotten. */
  async next<T extends BundleEvent['type']>(type: T): Promise<Extract<BundleEvent, { type: T }>> {
    for (;;) {
      const event = this.events.shift();
      if (event?.type === type) return event as Extract<BundleEvent, { type: T }>;
      if (!event) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #record(event: BundleEvent): void {
    this.events.push(event);
    this.onEvent(event);
    for (const tell of this.#waiting.splice(0)) tell();
  }
}
