import { Annotations, AspectPriority, type CfnResource, type IAspect, Stack, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { isLane } from '../src/protocol/topics.ts';
import { checkDevelopers } from './developers.ts';
import { addToEveryStage } from './every-stage.ts';
import { functionConstruct, isFunctionResource, property } from './function-resource.ts';
import { learnTree, reasonToLeave, type TreeKnowledge } from './left-alone.ts';
import { makeLive, prepareStack } from './live-function.ts';
import type { LiveLambdaProps } from './live-lambda-props.ts';
import { attachManifest } from './manifest/attach-manifest.ts';
import { isOfTheCdk } from './provider-functions.ts';
import { readSelection, type Selection, selectingGlobs } from './selection.ts';
import { STUB_HANDLER } from './stub-layer.ts';

/** After everything that changes functions, so that what is kept is what they are in the end. */
const PRIORITY = AspectPriority.READONLY - 100;

const HOST = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;

/** Lambda's own: seconds. */
const MOST_TIMEOUT = 900;

/**
 * Makes the functions of a CDK app live, while the context `llx` says so: `cdk deploy -c llx=true`, or some of them,
 * `-c llx='Orders*,Billing'`. Without it the templates stay what they are without llx.
 *
 * @example
 * const app = new App();
 * LiveLambda.enable(app, { developers: ['sso:Dev'] });
 */
export class LiveLambda implements IAspect {
  readonly #selection: Selection;
  readonly #props: LiveLambdaProps;
  #tree: TreeKnowledge | undefined;

  private constructor(selection: Selection, props: LiveLambdaProps) {
    this.#selection = selection;
    this.#props = props;
  }

  /**
   * @param scope the app; or a stage, a stack, any construct whose functions are meant.
   * @throws Error for props or a context that cannot be.
   */
  static enable(scope: IConstruct, props: LiveLambdaProps = {}): void {
    check(props);
    const { entries = {}, bundling = {}, lane } = props;
    attachManifest(scope, {
      entries,
      bundling,
      ...(lane === undefined ? {} : { lane }),
      isForeign: isOfTheCdk,
    });
    const selection = readSelection(scope.node.tryGetContext('llx'), props.functions);
    if (selection === undefined) return;
    expectMatches(scope.node.root, selection.fromContext ?? []);
    addToEveryStage(scope, new LiveLambda(selection, props), PRIORITY);
  }

  visit(construct: IConstruct): void {
    if (Stack.isStack(construct)) this.#prepare(construct);
    if (!isFunctionResource(construct) || !this.#isMeant(construct)) return;
    const reason = reasonToLeave(construct, this.#knowledge(construct));
    if (reason === undefined) return makeLive(construct, this.#props);
    Annotations.of(functionConstruct(construct)).addWarningV2(
      reason.id,
      `llx leaves this function as it is: ${reason.text}.`,
    );
  }

  #prepare(stack: Stack): void {
    const live = stack.node
      .findAll()
      .filter(isFunctionResource)
      .filter((resource) => this.#isMeant(resource))
      .filter((resource) => reasonToLeave(resource, this.#knowledge(resource)) === undefined);
    prepareStack(stack, live, this.#props);
    const { developers, credentials = 'assume-role', mode } = this.#props;
    const assumes = credentials === 'assume-role' && mode !== 'observe';
    if (!assumes || developers !== undefined || !live.some((resource) => Stack.of(resource) === stack))
      return;
    Annotations.of(stack).addWarningV2(
      'llx:developers',
      'Nobody may assume the roles of the live functions. Name the developers, as in ' +
        "LiveLambda.enable(app, { developers: ['sso:Dev'] }), or have the stub forward its credentials: " +
        "{ credentials: 'forward' }.",
    );
  }

  #isMeant(resource: CfnResource): boolean {
    // Twice: enabled for the app and for a stack of it.
    if (isOfTheCdk(resource) || property(resource, 'Handler') === STUB_HANDLER) return false;
    const globs = selectingGlobs(this.#selection, resource);
    for (const glob of globs ?? []) unmatched.get(resource.node.root)?.delete(glob);
    return globs !== undefined;
  }

  #knowledge(construct: IConstruct): TreeKnowledge {
    this.#tree ??= learnTree(construct.node.root);
    return this.#tree;
  }
}

/** The globs of the context that no function has fitted yet, for each app: it may be enabled for several scopes of it. */
const unmatched = new WeakMap<IConstruct, Set<string>>();

/** A misspelled glob would change nothing, without a word. The app is validated after all its stages. */
function expectMatches(root: IConstruct, globs: readonly string[]): void {
  if (unmatched.has(root)) return;
  const left = new Set(globs);
  unmatched.set(root, left);
  root.node.addValidation({
    validate: () => [...left].map((glob) => `-c llx: no function fits ${glob} by its path, id or name`),
  });
}

function check(props: LiveLambdaProps): void {
  checkDevelopers(props.developers ?? []);
  if (props.lane !== undefined && !isLane(props.lane)) {
    throw new Error(`Expected lane to be 1 to 32 of a-z, 0-9 and -, got ${JSON.stringify(props.lane)}`);
  }
  const { iotEndpoint } = props;
  if (iotEndpoint !== undefined && !Token.isUnresolved(iotEndpoint) && !HOST.test(iotEndpoint)) {
    throw new Error(`Expected iotEndpoint to be a host, as DescribeEndpoint names it, got ${iotEndpoint}`);
  }
  const sample = props.observeSample ?? 1;
  if (!(sample >= 0 && sample <= 1)) {
    throw new Error(`Expected observeSample to be a number from 0 to 1, got ${sample}`);
  }
  const seconds = props.timeout?.toSeconds() ?? 1;
  if (!(seconds >= 1 && seconds <= MOST_TIMEOUT)) {
    throw new Error(`Expected timeout to be from 1 to ${MOST_TIMEOUT} seconds, got ${seconds}`);
  }
}
