import type { Login } from '../login.js';
import { Secret } from '../secret.js';
import type { ServiceClient } from './client.js';
import type { Token } from './proof.js';

/** A token is renewed so long before it ends. */
const marginMs = 30 * 60_000;

interface TokenBody {
  readonly token?: {
    readonly expires_at?: unknown;
    readonly project?: { readonly id?: unknown };
    readonly user?: { readonly id?: unknown; readonly domain?: { readonly id?: unknown } };
  };
}

/** Tokens for a login: asked for when first needed and again before they end, once for all who wait. */
export class TokenSource {
  #current: Token | undefined;
  #pending: Promise<Token> | undefined;

  /**
   * @param scope the project, by id or, where that is not known, by the name that the default project of a region has
   * @param client sends requests without a token
   */
  constructor(
    private readonly login: Login,
    private readonly scope: { readonly id: string } | { readonly name: string },
    private readonly client: ServiceClient,
    private readonly now: () => number,
  ) {}

  /** @throws ServiceError */
  async get(): Promise<Token> {
    const current = this.#current;
    if (current !== undefined && this.now() < current.expiresAt.getTime() - marginMs) return current;
    this.#pending ??= this.#request().finally(() => {
      this.#pending = undefined;
    });
    return await this.#pending;
  }

  /** The service takes a token no more. Another one, if it is not being fetched already, is asked for with the next call. */
  discard(token: Token): void {
    if (this.#current === token) this.#current = undefined;
  }

  async #request(): Promise<Token> {
    const { account, username, password } = this.login;
    const { headers, body } = await this.client.send<TokenBody>({
      service: 'iam',
      method: 'POST',
      path: '/v3/auth/tokens',
      query: { nocatalog: 'true' },
      body: {
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: username, password: password.reveal(), domain: { name: account } } },
          },
          scope: { project: this.scope },
        },
      },
      repeatable: true,
    });
    const { token } = body ?? {};
    const made: Token = {
      value: new Secret(headers['x-subject-token'] ?? ''),
      expiresAt: new Date(textOf(token?.expires_at)),
      projectId: given(token?.project?.id),
      userId: given(token?.user?.id),
      domainId: given(token?.user?.domain?.id),
    };
    if (made.value.reveal() === '' || Number.isNaN(made.expiresAt.getTime())) {
      throw this.client.nonsense('POST', '/v3/auth/tokens', 'the answer holds no token');
    }
    this.#current = made;
    return made;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function given(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
