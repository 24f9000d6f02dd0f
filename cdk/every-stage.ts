import { Aspects, type IAspect, Stage, type StageSynthesisOptions } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Adds an aspect to a scope and to every stage below it. Aspects do not cross stages, nested stages are synthesized
 * before the aspects of the app are invoked, and a stage may be made after this call: so the stages below are looked for
 * when the enclosing one is synthesized. A stage that is made after this call and synthesized by itself (CDK Pipelines do
 * so) is not reached.
 */
export function addToEveryStage(scope: IConstruct, aspect: IAspect, priority: number): void {
  const reached = new Set<IConstruct>();
  const reach = (construct: IConstruct): void => {
    if (reached.has(construct)) return;
    reached.add(construct);
    Aspects.of(construct).add(aspect, { priority });
  };
  const reachStages = (): void => scope.node.findAll().filter(Stage.isStage).forEach(reach);
  reach(scope);
  reachStages();
  // `of` a stage is the one that it is in.
  const stage = Stage.isStage(scope) ? scope : Stage.of(scope);
  if (stage !== undefined) beforeSynth(stage, reachStages);
}

/** There is no hook before the synth of nested stages; `synth` of the instance is called by the CLI's exit, too. */
function beforeSynth(stage: Stage, listener: () => void): void {
  const synth = stage.synth;
  stage.synth = (options?: StageSynthesisOptions) => {
    listener();
    return synth.call(stage, options);
  };
}
