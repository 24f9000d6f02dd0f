import type { DeployedRuntime, FunctionSpec, Runtime } from '../runtime/invocation.ts';
import type { AwsCredentials } from '../signature/credentials.ts';
import type { CallListener } from './call-event.ts';
import type { EmulatorClock } from './emulator-clock.ts';
import type { ApiDefinition } from './gateway/api-definition.ts';
import type { IamConfig } from './identity/iam-config.ts';
import type { StoredKeys } from './identity/stored-keys.ts';
import type { AskedPorts } from './iot/asked-ports.ts';
import type { ConfiguredTopicRule } from './iot/rules/topic-rule.ts';
import type { InvocationEvent } from './lambda/invocation-event.ts';
import type { ExposureOptions } from './server/exposure.ts';
import type { StatePlace } from './services.ts';

export type EmulatorOptions = AskedPorts &
  ExposureOptions & {
    /** 0 is a free one. */
    readonly port: number;
    readonly mqttPort: number;
    /** Whether clients without an identity may use the plain MQTT port. @default true */
    readonly plainMqtt?: boolean;
    /** Who exists. @default the development key, which is the account's root */
    readonly iam?: IamConfig;
    /** Whether the development key opens it. @default where only this machine can reach it, and no users are configured */
    readonly developmentKey?: boolean;
    /** Keys that come and go while it runs. @default none */
    readonly storedKeys?: Pick<StoredKeys, 'get'>;
    /** Bytes that the body of any request may have. @default what AWS takes */
    readonly mostBodyBytes?: number;
    /** In front of the functions. @default none */
    readonly apis?: readonly ApiDefinition[];
    /** Where what is deployed through the API is kept. @default nowhere: it is gone with the process */
    readonly state?: StatePlace;
    /** What is deployed: runs when nobody holds the lane of a function. */
    readonly functions: readonly (FunctionSpec & { readonly role?: string })[];
    /** Runs deployed code. Closed by whoever made it. */
    readonly runtime: Runtime & Partial<Pick<DeployedRuntime, 'forget'>>;
    readonly stubFile: string;
    readonly stubHostFile: string;
    /**
     * Where the stubs run: all in one host process; each execution environment in its own, as on AWS (the functions
     * must be packages); or nowhere, so that every function is only what is deployed.
     */
    readonly stubs: 'host' | 'process' | 'none';
    readonly onDrop: (process: 'stub' | 'broker', reason: string, detail: string) => void;
    readonly onNotice: (text: string) => void;
    /** IoT rules of the configuration. @default none */
    readonly topicRules?: readonly ConfiguredTopicRule[];
    readonly onInvocation?: (event: InvocationEvent) => void;
    /** Hears of messages that clients publish and send, and of functions that they invoke. */
    readonly onCall?: CallListener | undefined;
    /** Takes out of log lines what no file may hold: functions print their keys. @default nothing */
    readonly redact?: (text: string) => string;
    /** STS gave somebody keys. */
    readonly onIssue?: (credentials: AwsCredentials) => void;
    /** @default the system's */
    readonly clock?: EmulatorClock;
    /**
     * What a session may take for a function's build and start, beside the function's timeout, as Lambda's init phase is
     * beside it. In AWS a session has no such time. @default 0
     */
    readonly localInitMs?: number | undefined;
    /** Of handlers whose clock stands still, by `YYYYMMDDTHHMMSSZ`: what they sign is of now. @default none */
    readonly standingClocks?: ReadonlyMap<string, Date> | undefined;
  };
