import { defineCommand } from 'citty';
import { readConfig } from '../config/config.ts';
import { fault, isFault, faultCodes } from '../core/errors.ts';
import type { FaultCode, FaultDetails } from '../core/errors.ts';
import { localUrl } from '../core/service-url.ts';
import { AttachRefused } from 'berth-terminal-client/attach-refused';
import type { Admission } from 'berth-terminal-client/connect-terminal';
import { attachTty, withRawTty } from './attach-tty.ts';
import type { Attached } from './attach-tty.ts';
import { untilInterrupted } from './until-interrupted.ts';

/** Temporary errors of a service that is overloaded or restarts. */
const passing = [
  'RATE_LIMITED',
  'SHUTTING_DOWN',
  'DATABASE_BUSY',
  'DATABASE_UNREACHABLE',
  'ENGINE_UNREACHABLE',
] as const;

/** `berth attach <session>`: over the service's API, as the user of BERTH_TOKEN. */
export const attachCommand = defineCommand({
  meta: {
    name: 'attach',
    description: "Work in a session's machine from this terminal. Ctrl-] leaves; the shell keeps running.",
  },
  args: {
    session: { type: 'positional', required: true, description: 'Id of the session in the API.' },
    machine: {
      type: 'string',
      description: 'Name of the machine; the first machine of the session by default.',
    },
    terminal: {
      type: 'string',
      description:
        "Id of an existing terminal: your own, or another user's to watch; a new terminal by default.",
    },
    assist: {
      type: 'boolean',
      default: false,
      description: "Type in another user's terminal; the owner sees who types.",
    },
    url: { type: 'string', description: 'URL of the service; by default the one in the settings.' },
  },
  async run({ args }) {
    const token = process.env['BERTH_TOKEN'];
    if (!token) {
      throw fault('INPUT_INVALID', {
        problem: 'BERTH_TOKEN is not set. Set it to your API token; "berth token create" creates one.',
      });
    }
    const api = serviceApi((args.url ?? ownAddress()).replace(/\/+$/, ''), token);
    const { session, assist } = args;
    const machine = args.machine ?? (await firstMachine(api, session));
    const attach = (terminal: string | undefined, size: { rows: number; cols: number }) =>
      terminal === undefined
        ? openTerminal(api, { session, machine, ...size })
        : attachTerminal(api, { terminal, as: assist ? 'ASSISTING' : undefined });
    await untilInterrupted(async (signal) => {
      report(await withRawTty(() => attachTty({ attach, terminal: args.terminal, signal })), session);
    });
  },
});

/** @throws SESSION_NOT_FOUND, INPUT_INVALID */
async function firstMachine(api: ServiceApi, session: string): Promise<string> {
  const { session: found } = await api<{ session: { machines: { name: string }[] } }>(
    'query ($session: ID!) { session(id: $session) { machines { name } } }',
    { session },
  );
  const [machine] = found.machines;
  if (!machine)
    throw fault('INPUT_INVALID', { problem: 'The session has no machine yet. Wait until it is ready.' });
  return machine.name;
}

interface Way {
  way: { url: string; ticket: string; terminal: { id: string } };
}

function openTerminal(
  api: ServiceApi,
  place: { session: string; machine: string; rows: number; cols: number },
): Promise<Admission> {
  return admitted(
    api<Way>(
      `mutation ($session: ID!, $machine: String!, $rows: Int!, $cols: Int!) {
        way: openTerminal(input: { session: $session, machine: $machine, rows: $rows, cols: $cols }) {
          url ticket terminal { id }
        }
      }`,
      place,
    ),
  );
}

function attachTerminal(
  api: ServiceApi,
  to: { terminal: string; as: 'ASSISTING' | undefined },
): Promise<Admission> {
  return admitted(
    api<Way>(
      `mutation ($terminal: ID!, $as: TerminalRole) {
        way: attachTerminal(input: { terminal: $terminal, as: $as }) { url ticket terminal { id } }
      }`,
      to,
    ),
  );
}

/** Treats errors of the service as final, except for temporary ones. */
async function admitted(asked: Promise<Way>): Promise<Admission> {
  try {
    const { way } = await asked;
    return { terminal: way.terminal.id, url: way.url, ticket: way.ticket };
  } catch (error) {
    if (!isFault(error) || isFault(error, ...passing)) throw error;
    const { code, message, details } = error;
    throw new AttachRefused({ code, message, details });
  }
}

/** Prints why the terminal ended. The shell's exit code becomes the exit code of this command. */
function report({ end, terminal, isRecorded }: Attached, session: string): void {
  if (!end) {
    const again = terminal
      ? ` It keeps running. To reconnect: berth attach ${session} --terminal ${terminal}`
      : '';
    const noted = isRecorded ? ' It is recorded.' : '';
    process.stderr.write(`\nYou left the terminal.${noted}${again}\n`);
  } else if (end.why === 'exited') {
    process.exitCode = end.exitCode ?? 1;
  } else {
    const why =
      end.why === 'refused' ? end.message : `The service closed the connection with ${end.closeCode}.`;
    throw fault('INPUT_INVALID', { problem: why });
  }
}

function ownAddress(): string {
  const { publicUrl, host, port } = readConfig(process.env);
  return publicUrl ?? localUrl(host, port);
}

/** Sends a GraphQL query to a service, as the user of the token. */
type ServiceApi = <Data>(query: string, variables: Record<string, unknown>) => Promise<Data>;

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: FaultDetails }[];
}

/** The address has no service of Berth. Only its message is printed, as for citty's own errors. */
class ServiceAway extends Error {
  override name = 'CLIError';
}

/** Creates the client of a service's API. @throws the errors of the service, {@link ServiceAway} */
function serviceApi(address: string, token: string): ServiceApi {
  return async <Data>(query: string, variables: Record<string, unknown>) => {
    const { data, errors } = await ask<Data>(address, token, { query, variables });
    const [error] = errors ?? [];
    if (error) throw refusal(error.message, error.extensions);
    if (!data) throw new ServiceAway(`${address} answered nothing.`);
    return data;
  };
}

async function ask<Data>(address: string, token: string, body: object): Promise<Answer<Data>> {
  try {
    const response = await fetch(`${address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Answer<Data>;
  } catch (error) {
    throw new ServiceAway(`There is no service of Berth at ${address}.`, { cause: error });
  }
}

function refusal(message: string, { code, ...details }: FaultDetails = {}) {
  const known = faultCodes.find((each) => each === code);
  return known ? fault(known satisfies FaultCode, details) : fault('INPUT_INVALID', { problem: message });
}
