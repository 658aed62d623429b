import { Dataset, type Notice, type ServiceSession } from '../../../src/cloud/datasets/index.js';
import type { ServiceRequest } from '../../../src/cloud/service/client.js';

/** What a request is answered with: a body, or an error to be thrown. */
export type Reply = object | Error | ((request: ServiceRequest) => unknown);

/** A session that keeps what is asked of it, and answers with what it is given, the last again and again. */
export function recorder(...replies: Reply[]) {
  const asked: ServiceRequest[] = [];
  const slept: number[] = [];
  const notices: Notice[] = [];
  let now = Date.parse('2026-01-01T00:00:00Z');
  const session: ServiceSession = {
    services: async () => ({
      projectId: async () => 'p0',
      client: {
        timing: {
          now: () => now,
          random: () => 0.5,
          sleep: async (ms) => {
            slept.push(ms);
            now += ms;
          },
        },
        send: async <T>(request: ServiceRequest) => {
          asked.push(request);
          const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? {};
          const answer = typeof reply === 'function' && !(reply instanceof Error) ? reply(request) : reply;
          if (answer instanceof Error) throw answer;
          const headers = { date: new Date(now).toUTCString() };
          return { status: 200, headers, body: answer as T };
        },
      },
    }),
  };
  const dataset = new Dataset(session, 'd0', { onNotice: (notice) => notices.push(notice) });
  return { session, dataset, asked, slept, notices, now: () => now };
}

/** Method, path below the data set, query and body of a request. */
export function shown({ method, path, query = {}, body }: ServiceRequest) {
  const said = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  return {
    request: `${method} ${path.replace('/v2/{project_id}/datasets/{dataset_id}', '')}`,
    ...(Object.keys(said).length === 0 ? {} : { query: said }),
    ...(body === undefined ? {} : { body }),
  };
}
