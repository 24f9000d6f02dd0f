/** A policy as IAM has it. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export type PolicyDocument = {
  /** @default '2008-10-17', which has no policy variables. */
  readonly Version?: '2012-10-17' | '2008-10-17';
  readonly Id?: string;
  readonly Statement: Statement | readonly Statement[];
};

export type Statement = {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Action?: OneOrMore<string>;
  readonly NotAction?: OneOrMore<string>;
  /** Not in a trust policy. */
  readonly Resource?: OneOrMore<string>;
  readonly NotResource?: OneOrMore<string>;
  /** Only in a trust policy. */
  readonly Principal?: PrincipalElement;
  readonly Condition?: ConditionBlock;
};

export type PrincipalElement = '*' | Readonly<Record<string, OneOrMore<string>>>;
/** Operator → key → values. */
export type ConditionBlock = Readonly<
  Record<string, Readonly<Record<string, ConditionValue | readonly ConditionValue[]>>>
>;
export type ConditionValue = string | number | boolean;
export type OneOrMore<Value> = Value | readonly Value[];
