import { fault, faultCodes } from '../core/errors.ts';
import type { FaultCode, FaultDetails } from '../core/errors.ts';

/** Sends a GraphQL query to a service, as the user of the token. */
export type ServiceApi = <Data>(query: string, variables: Record<string, unknown>) => Promise<Data>;

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: FaultDetails }[];
}

/** The address has no service of Berth. Only its message is printed, as for citty's own errors. */
export class ServiceAway extends Error {
  override name = 'CLIError';
}

/** Creates the client of a service's API. @throws the errors of the service, {@link ServiceAway} */
export function serviceApi(address: string, token: string): ServiceApi {
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
