/**
 * Every code that llx can end or complain with. docs/errors.md has one section for each (kept equal by a test).
 * Exit codes: 1 the work failed, 2 wrong usage or configuration, 3 cannot reach what it needs, 130 interrupted.
 */
export const ERROR_CODES = {
  LLX_NODE_VERSION: { exitCode: 2 }, // started by a Node.js that is too old
  LLX_USAGE: { exitCode: 2 }, // a flag or argument that does not exist or does not fit
  LLX_CONFIG_MISSING: { exitCode: 2 }, // no manifest and no configuration file up to the root
  LLX_CONFIG_INVALID: { exitCode: 2 }, // a configuration that cannot be loaded or has a wrong value
  LLX_MANIFEST_MISSING: { exitCode: 2 }, // a CDK app that was not synthesized with llx/cdk
  LLX_MANIFEST_INVALID: { exitCode: 2 }, // a manifest of another llx, or one that was changed
  LLX_ENTRY_MISSING: { exitCode: 2 }, // a CDK app of which no function's source is known
  LLX_SYNTH_FAILED: { exitCode: 1 }, // cdk synth ended with an error
  LLX_HANDLER_FILE: { exitCode: 2 }, // the handler setting names no file
  LLX_FUNCTION_UNKNOWN: { exitCode: 2 }, // no function of that name
  LLX_EVENT_INVALID: { exitCode: 2 }, // an event that is not JSON, or cannot be read
  LLX_FIXTURE_UNKNOWN: { exitCode: 2 }, // no fixture of that name
  LLX_FIXTURES_MISSING: { exitCode: 2 }, // `smoke`: a project without a fixture
  LLX_REPORT_UNWRITABLE: { exitCode: 2 }, // `smoke`: a report's file that cannot be written
  LLX_FIXTURE_INVALID: { exitCode: 2 }, // a fixture file that is not a fixture
  LLX_PORT_IN_USE: { exitCode: 2 }, // another program listens there
  LLX_STATE_IN_USE: { exitCode: 2 }, // another emulator has the state's directory
  LLX_STATE_NEWER: { exitCode: 2 }, // a newer llx wrote the emulator's state
  LLX_STATE_UNWRITABLE: { exitCode: 2 }, // the emulator's state cannot be made or written where it should be
  LLX_STATE_DAMAGED: { exitCode: 2 }, // the emulator's database cannot be read
  LLX_LANE_HELD: { exitCode: 2 }, // another session holds the lane
  LLX_KEYS_NEEDED: { exitCode: 2 }, // a server that others can reach, and nobody has a key to it
  LLX_KEY_UNKNOWN: { exitCode: 2 }, // no access key of that id or name
  LLX_MASTER_KEY: { exitCode: 2 }, // the master key of the access keys is missing, damaged or open to others
  LLX_CREDENTIALS_MISSING: { exitCode: 2 }, // no AWS credentials in any of the places where SDKs look
  LLX_CREDENTIALS_EXPIRED: { exitCode: 2 }, // credentials whose time is over
  LLX_CREDENTIALS_REFUSED: { exitCode: 2 }, // keys that AWS does not know, or a secret that does not fit
  LLX_CREDENTIALS_NOT_FORWARDED: { exitCode: 2 }, // a deployed function that does not send its credentials
  LLX_ROLE_DENIED: { exitCode: 2 }, // a function’s role that the developer may not assume
  LLX_REGION_MISSING: { exitCode: 2 }, // no region in any of the places where SDKs look
  LLX_ACCOUNT_MISMATCH: { exitCode: 2 }, // credentials of another account than the configuration names
  LLX_BROKER_REFUSED: { exitCode: 2 }, // a broker of the user's own that does not take the session
  LLX_AWS_DENIED: { exitCode: 2 }, // a policy does not allow a call
  LLX_AWS_FAILED: { exitCode: 1 }, // AWS answered a call with another error
  LLX_PACKAGE_INVALID: { exitCode: 2 }, // `deploy`: a folder that cannot be packaged as a function
  LLX_STORE_UNREADABLE: { exitCode: 3 }, // `sync`: a store that is not there, or of which only a part could be read
  LLX_BUILD_FAILED: { exitCode: 1 }, // `deploy`: code that does not build
  LLX_FUNCTION_CHANGED: { exitCode: 1 }, // somebody else has changed a function or its alias meanwhile
  LLX_VERSION_UNKNOWN: { exitCode: 2 }, // no such version or alias of a function
  LLX_SCHEDULE_UNKNOWN: { exitCode: 2 }, // no schedule of that name
  LLX_FUNCTION_FAILED: { exitCode: 1 }, // `invoke`: the function answered with an error
  LLX_CONTAINERS_UNAVAILABLE: { exitCode: 3 }, // no container engine to run functions in
  LLX_UNREACHABLE: { exitCode: 3 }, // no emulator or broker at that address
  LLX_INTERRUPTED: { exitCode: 130 }, // Ctrl-C or SIGTERM before the work was done
} as const satisfies Record<string, { readonly exitCode: number }>;

export type ErrorCode = keyof typeof ERROR_CODES;
