import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { signatureProblem } from './signature.js';

export const accessKey = 'AKSTANDIN00000000001';
export const secretKey = 'SKSTANDIN000000000000000000000000000001';
export const projectId = '0123456789abcdef0123456789abcdef';
export const region = 'cn-north-4';
export const login = { account: 'acme', username: 'alice', password: 'correct horse' };

export interface Seen {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What is answered instead of the truth, once. */
export type Fault =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  /** The connection ends without an answer; `applied` after the work was done. */
  | { readonly drop: 'before' | 'applied' };

/** IAM on loopback, as far as sessions need it. It imports nothing of the package. */
export class ServiceStandIn {
  readonly seen: Seen[] = [];
  readonly #server: Server;
  readonly #faults: Fault[] = [];
  readonly #sockets = new Set<Socket>();
  /** Tokens that are good, with when they end. */
  readonly #tokens = new Map<string, number>();
  /** How long a new token is good, in ms. */
  tokenLifeMs = 86_400_000;
  now: () => number = Date.now;
  #made = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#serve(request, response);
    });
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<ServiceStandIn> {
    const standIn = new ServiceStandIn();
    standIn.#server.listen(0, '127.0.0.1');
    await once(standIn.#server, 'listening');
    return standIn;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next requests are answered so, one after the other. */
  fail(...faults: Fault[]): void {
    this.#faults.push(...faults);
  }

  /** Every token that was given is good no more. */
  revokeTokens(): void {
    this.#tokens.clear();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const { method = '', url: target = '' } = request;
    const headers = request.headers as Record<string, string | undefined>;
    this.seen.push({ method, target, headers, body: body.toString('utf8') });
    const fault = this.#faults.shift();
    if (fault !== undefined && 'status' in fault) {
      answer(response, fault.status, fault.body, fault.headers);
      return;
    }
    if (fault?.drop === 'before') {
      request.socket.destroy();
      return;
    }
    const result = this.#answer({ method, target, headers, body });
    if (fault?.drop === 'applied') request.socket.destroy();
    else answer(response, result.status, result.body, result.headers);
  }

  #answer(request: { method: string; target: string; headers: Seen['headers']; body: Buffer }): {
    status: number;
    body?: unknown;
    headers?: Record<string, string>;
  } {
    const { method, target, headers, body } = request;
    const [path] = target.split('?');
    if (method === 'POST' && path === '/v3/auth/tokens')
      return this.#issueToken(JSON.parse(body.toString('utf8')));
    const token = headers['x-auth-token'];
    const problem =
      token === undefined
        ? signatureProblem(request, (key) => (key === accessKey ? secretKey : undefined), this.now())
        : (this.#tokens.get(token) ?? 0) > this.now()
          ? undefined
          : 'token expired';
    if (problem !== undefined) {
      const code = token === undefined ? 'APIGW.0301' : 'ModelArts.0203';
      return {
        status: 401,
        body: { error_code: code, error_msg: `Incorrect IAM authentication information: ${problem}` },
      };
    }
    if (method === 'GET' && path === '/v3/projects') {
      const name = new URLSearchParams(target.split('?')[1]).get('name');
      return { status: 200, body: { projects: name === region ? [{ id: projectId, name: region }] : [] } };
    }
    if (method === 'POST' && path === '/v3.0/OS-CREDENTIAL/securitytokens') {
      const { duration_seconds: seconds } = JSON.parse(body.toString('utf8')).auth.identity.token;
      return {
        status: 201,
        body: {
          credential: {
            access: accessKey,
            secret: secretKey,
            securitytoken: 'STSTANDIN',
            expires_at: new Date(this.now() + seconds * 1000).toISOString(),
          },
        },
      };
    }
    return { status: 404, body: { error_code: 'APIGW.0101', error_msg: 'The API does not exist' } };
  }

  #issueToken(body: {
    auth: {
      identity: { password: { user: { name: string; password: string; domain: { name: string } } } };
      scope: { project: { id?: string; name?: string } };
    };
  }) {
    const { user } = body.auth.identity.password;
    if (
      user.name !== login.username ||
      user.domain.name !== login.account ||
      user.password !== login.password
    ) {
      return {
        status: 401,
        body: { error: { code: 401, message: 'The username or password is wrong.', title: 'Unauthorized' } },
      };
    }
    const token = `MIITOKEN${++this.#made}`;
    const end = this.now() + this.tokenLifeMs;
    this.#tokens.set(token, end);
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      body: {
        token: {
          expires_at: new Date(end).toISOString().replace('Z', '000Z'),
          project: { id: body.auth.scope.project.id ?? projectId, name: region },
          user: { id: 'u0', name: user.name, domain: { id: 'd0', name: user.domain.name } },
        },
      },
    };
  }
}

function answer(
  response: ServerResponse,
  status: number,
  body?: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-1', ...headers });
  response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
}
