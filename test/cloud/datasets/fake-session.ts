import type { ServiceSession } from '../../../src/cloud/datasets/index.js';
import type { ServiceAnswer, ServiceRequest } from '../../../src/cloud/service/client.js';
import { ServiceError } from '../../../src/cloud/service/service-error.js';
import { fakeClock } from '../../support/clock.js';

/** What is answered: a body, an error to throw, or what a function makes of the request. */
export type Reply = object | Error | ((request: ServiceRequest) => object | Error);

/** A session whose requests go nowhere: they are noted, and answered from a list, whose last answer stays. */
export function fakeSession(...replies: Reply[]) {
  const asked: ServiceRequest[] = [];
  const { timing, slept } = fakeClock();
  let next = 0;
  const send = async <T>(request: ServiceRequest): Promise<ServiceAnswer<T>> => {
    asked.push(request);
    const reply = replies[Math.min(next++, replies.length - 1)] ?? new Error('nothing is asked here');
    const answer = typeof reply === 'function' ? reply(request) : reply;
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: { date: new Date(timing.now()).toUTCString() }, body: answer as T };
  };
  const session: ServiceSession = {
    services: async () => ({ client: { send, timing }, projectId: async () => 'p0' }),
  };
  return { session, asked, slept, timing };
}

/** What became of a request that got no answer. */
export const lost = () =>
  new ServiceError('Unreachable', 'the connection ended', {
    service: 'modelarts',
    method: 'POST',
    path: '/x',
    retryable: true,
    mayHaveApplied: true,
  });

export const refused = (
  code: 'AlreadyExists' | 'Throttled' | 'AccessDenied' | 'NotFound',
  errorCode?: string,
) =>
  new ServiceError(code, 'refused', {
    service: 'modelarts',
    method: 'POST',
    path: '/x',
    status: 400,
    errorCode,
  });
