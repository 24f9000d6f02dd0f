import { IOT_CORE } from './limits.ts';

/** A topic of this protocol, taken apart. ARNs are without qualifier. */
export type Topic =
  | { readonly type: 'presence'; readonly arn: string; readonly lane: string }
  | { readonly type: 'session'; readonly sessionId: string }
  | { readonly type: 'in'; readonly arn: string; readonly sessionId: string }
  | { readonly type: 'out'; readonly arn: string; readonly stubId: string };

const ROOT = 'llx/v1';
const LANE = /^[a-z0-9-]{1,32}$/;
const PEER_ID = /^[A-Za-z0-9_-]{1,64}$/;
// A part of a topic may hold neither `/` nor the wildcards of MQTT: an exact pattern keeps all three out.
const FUNCTION_ARN = /^arn:[a-z-]{1,16}:lambda:[a-z0-9-]{1,32}:\d{12}:function:[A-Za-z0-9_-]{1,64}$/;

/** Whether a topic is of llx's sessions and stubs, well-formed or not. */
export function isOwnTopic(topic: string): boolean {
  return topic.startsWith(`${ROOT}/`);
}

export function isLane(name: string): boolean {
  return LANE.test(name);
}

/** Of a session or a stub. */
export function isPeerId(id: string): boolean {
  return PEER_ID.test(id);
}

/** `arn:aws:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]` without the qualifier. */
export function unqualifiedArn(arn: string): string {
  let end = -1;
  for (let colons = 0; colons < 7; colons++) {
    end = arn.indexOf(':', end + 1);
    if (end === -1) return arn;
  }
  return arn.slice(0, end);
}

/** Retained: who holds a lane of a function. Like its siblings it throws a RangeError for what fits no topic. */
export function presenceTopic(arn: string, lane: string): string {
  return `${ROOT}/${functionArn(arn)}/presence/${checked(lane, LANE, 'a lane')}`;
}

/** Retained: whether a session is there. Also the topic of its last will. */
export function sessionTopic(sessionId: string): string {
  return `${ROOT}/sessions/${checked(sessionId, PEER_ID, 'a session id')}`;
}

/** Stub → session. */
export function inTopic(arn: string, sessionId: string): string {
  return `${ROOT}/${functionArn(arn)}/in/${checked(sessionId, PEER_ID, 'a session id')}`;
}

/** Session → stub. */
export function outTopic(arn: string, stubId: string): string {
  return `${ROOT}/${functionArn(arn)}/out/${checked(stubId, PEER_ID, 'a stub id')}`;
}

/** Undefined for every topic that none of the functions above can make. */
export function parseTopic(topic: string): Topic | undefined {
  if (topic.length > IOT_CORE.topicBytes) return undefined;
  const [llx, version, subject, direction, name, ...rest] = topic.split('/');
  if (`${llx}/${version}` !== ROOT || subject === undefined || direction === undefined || rest.length > 0) {
    return undefined;
  }
  if (subject === 'sessions') {
    return name === undefined && PEER_ID.test(direction)
      ? { type: 'session', sessionId: direction }
      : undefined;
  }
  if (name === undefined || !FUNCTION_ARN.test(subject)) return undefined;
  switch (direction) {
    case 'presence':
      return LANE.test(name) ? { type: 'presence', arn: subject, lane: name } : undefined;
    case 'in':
      return PEER_ID.test(name) ? { type: 'in', arn: subject, sessionId: name } : undefined;
    case 'out':
      return PEER_ID.test(name) ? { type: 'out', arn: subject, stubId: name } : undefined;
    default:
      return undefined;
  }
}

function functionArn(arn: string): string {
  return checked(unqualifiedArn(arn), FUNCTION_ARN, 'the ARN of a Lambda function');
}

function checked(value: string, pattern: RegExp, what: string): string {
  if (pattern.test(value)) return value;
  throw new RangeError(`Expected ${what} (${pattern.source}), got ${JSON.stringify(value)}`);
}
