import type { Invocation } from './event-sources.ts';
import { items, members, type Resource, render, type Template, text } from './template.ts';

/**
 * The states of a state machine that invoke something, the nested ones of Parallel and Map too. The definition is a
 * JSON text with references inside, or an object.
 */
export function stateMachineTasks(
  { DefinitionString, Definition, StateMachineName }: Resource['properties'],
  _template: Template,
  logicalId: string,
): readonly Invocation[] {
  const stateMachine = text(StateMachineName) ?? logicalId;
  return tasksOf(Definition ?? definitionOf(DefinitionString)).map(({ state, target }) => ({
    target,
    source: { type: 'task', stateMachine, state },
  }));
}

type Task = { readonly state: string; readonly target: unknown };

function definitionOf(definition: unknown): unknown {
  try {
    return JSON.parse(render(definition));
  } catch {
    // Values made by other functions of CloudFormation are not known here: no source is better than a wrong one.
    return undefined;
  }
}

function tasksOf(machine: unknown): readonly Task[] {
  return Object.entries(members(members(machine).States)).flatMap(([state, written]) => {
    const { Type, Resource, Parameters, Arguments, Branches, Iterator, ItemProcessor } = members(written);
    const inner = [...items(Branches), Iterator, ItemProcessor].flatMap(tasksOf);
    // Either the function's ARN is the resource, or the resource is `lambda:invoke` and names it in its parameters.
    const names = [Parameters, Arguments].map((one) => members(one).FunctionName);
    const target = [Resource, ...names].filter((one) => one !== undefined);
    return Type === 'Task' ? [{ state, target }, ...inner] : inner;
  });
}
