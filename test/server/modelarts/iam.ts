import { isJson, type Json } from './json.js';
import { gateway, Refusal } from './refusal.js';
import type { Reply } from './routes.js';
import { type Signed, signatureProblem } from './signature.js';

export const accessKey = 'AKSTANDIN00000000001';
export const secretKey = 'SKSTANDIN000000000000000000000000000001';
export const projectId = '0123456789abcdef0123456789abcdef';
export const region = 'cn-north-4';
export const login = { account: 'acme', username: 'alice', password: 'correct horse' };

/** Keys that were given for a while. */
export interface TemporaryKeys {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly securityToken: string;
  readonly tokenExpires: number;
}

interface Token {
  readonly ends: number;
  /** Undefined for a token of the whole account. */
  readonly project: string | undefined;
}

/** What a request may do: `project` is that of its token, undefined where keys decide. */
export interface Admission {
  readonly token: Token | undefined;
}

/** Signed requests may be no longer. */
const signedLimit = 12 * 1024 * 1024;

/** Tokens, temporary keys and projects of one account. */
export class Iam {
  readonly #tokens = new Map<string, Token>();
  readonly #temporary = new Map<string, TemporaryKeys>();
  #made = 0;
  #givenKeys = 0;
  /** How long a new token is good, in ms. */
  tokenLifeMs = 86_400_000;

  /** @param onKeys hears of temporary keys, so that object storage can take them */
  constructor(private readonly onKeys: (keys: TemporaryKeys) => void) {}

  revokeTokens(): void {
    this.#tokens.clear();
  }

  /** @throws Refusal in the shape of the gateway, or of the service for tokens */
  admit(request: Signed, now: number): Admission {
    const name = request.headers['x-auth-token'];
    if (typeof name === 'string') {
      const token = this.#tokens.get(name);
      if (token !== undefined && token.ends > now) return { token };
      throw new Refusal(401, 'ModelArts.0203', 'Incorrect IAM authentication information: token expired');
    }
    const problem =
      signatureProblem(request, (key) => this.#secretOf(key), now) ?? this.#tokenProblem(request, now);
    if (problem !== undefined)
      throw gateway(401, '0301', `Incorrect IAM authentication information: ${problem}`);
    if (request.body.length > signedLimit) throw gateway(413, '0201', 'Request entity too large');
    return { token: undefined };
  }

  /** @throws Refusal when the project of the path is not that of the caller */
  checkProject(project: string, { token }: Admission): void {
    if (token !== undefined && token.project === undefined)
      throw new Refusal(401, 'ModelArts.0212', 'The token has no project.');
    if (project !== (token?.project ?? projectId))
      throw new Refusal(403, 'ModelArts.0210', 'The project in the URL does not match the credentials.');
  }

  /** Undefined for a path that IAM does not have. `token` is not asked for when one is issued. */
  answer(method: string, path: string, query: URLSearchParams, body: Json, now: number): Reply | undefined {
    if (method === 'GET' && path === '/v3/projects') {
      const name = query.get('name');
      const all = [{ id: projectId, name: region }];
      return { status: 200, body: { projects: all.filter((one) => name === null || one.name === name) } };
    }
    if (method === 'POST' && path === '/v3.0/OS-CREDENTIAL/securitytokens') return this.#giveKeys(body, now);
    return undefined;
  }

  issueToken(body: Json, now: number): Reply {
    const auth = part(body, 'auth');
    const user = part(part(part(auth, 'identity'), 'password'), 'user');
    const domain = part(user, 'domain')['name'];
    const { name, password } = user;
    // A user of the account, or the account itself.
    const isKnown = (name === login.username || name === login.account) && domain === login.account;
    if (!isKnown || password !== login.password)
      return refused(401, 'The username or password is wrong.', 'Unauthorized');
    const scope = part(auth, 'scope');
    const said = part(scope, 'project');
    const isDomain = scope['domain'] !== undefined;
    if (!isDomain && said['id'] !== projectId && said['name'] !== region)
      return refused(401, 'The project of the scope is not one of this account.', 'Unauthorized');
    this.#made += 1;
    const token = `MIITOKEN${this.#made}`;
    const ends = now + this.tokenLifeMs;
    this.#tokens.set(token, { ends, project: isDomain ? undefined : projectId });
    return {
      status: 201,
      headers: { 'x-subject-token': token },
      body: {
        token: {
          expires_at: new Date(ends).toISOString().replace('Z', '000Z'),
          ...(isDomain
            ? { domain: { id: 'd0', name: domain } }
            : { project: { id: projectId, name: region } }),
          user: { id: 'u0', name, domain: { id: 'd0', name: domain } },
        },
      },
    };
  }

  #giveKeys(body: Json, now: number): Reply {
    const asked = part(part(part(body, 'auth'), 'identity'), 'token')['duration_seconds'] ?? 900;
    const seconds = Number(asked);
    if (!(seconds >= 900 && seconds <= 86_400))
      return refused(400, 'duration_seconds is from 900 to 86400.', 'Bad Request');
    this.#givenKeys += 1;
    const number = String(this.#givenKeys).padStart(4, '0');
    const keys = {
      accessKey: `AKTEMPORARY${number}`,
      secretKey: `SKTEMPORARYSTANDIN00000000000000000${number}`,
      securityToken: `STSTANDIN${number}`,
      tokenExpires: now + seconds * 1000,
    };
    this.#temporary.set(keys.accessKey, keys);
    this.onKeys(keys);
    return {
      status: 201,
      body: {
        credential: {
          access: keys.accessKey,
          secret: keys.secretKey,
          securitytoken: keys.securityToken,
          expires_at: new Date(keys.tokenExpires).toISOString(),
        },
      },
    };
  }

  #secretOf(key: string): string | undefined {
    return key === accessKey ? secretKey : this.#temporary.get(key)?.secretKey;
  }

  /** Temporary keys are good together with their token, for a while. */
  #tokenProblem({ headers }: Signed, now: number): string | undefined {
    const key = /Access=([^,\s]+)/.exec(headers.authorization ?? '')?.[1] ?? '';
    const keys = this.#temporary.get(key);
    const token = headers['x-security-token'];
    if (keys === undefined)
      return token === undefined ? undefined : 'a security token that belongs to no key';
    if (token !== keys.securityToken) return 'the security token is not that of the key';
    return keys.tokenExpires > now ? undefined : 'the security token has expired';
  }
}

/** A member that is an object; an empty one else. */
function part(body: Json, name: string): Json {
  const value = body[name];
  return isJson(value) ? value : {};
}

const refused = (code: number, message: string, title: string): Reply => ({
  status: code,
  body: { error: { code, message, title } },
});
