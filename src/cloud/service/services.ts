import type { SecureContext } from 'node:tls';
import { LabelkitError, OptionError } from '../../model/index.js';
import type { CredentialsInit } from '../credentials.js';
import type { Identity } from '../identity.js';
import { maskAccessKey } from '../redact.js';
import { Secret } from '../secret.js';
import { type RetryPolicy, ServiceClient, type ServiceEvent } from './client.js';
import { ServiceError } from './service-error.js';
import { realTiming, type Timing } from './timing.js';
import { TokenSource } from './token.js';
import { Transport } from './transport.js';

export interface ServicesOptions {
  /** What is trusted besides what Node trusts. */
  readonly secureContext?: SecureContext | undefined;
  /** `labelkit/1.2.3` */
  readonly userAgent: string;
  readonly retry?: RetryPolicy | undefined;
  readonly timing?: Timing | undefined;
  /** Hears of every request; no header, body or query is told. */
  readonly onEvent?: ((event: ServiceEvent) => void) | undefined;
}

/** How long temporary keys are asked for, in seconds. */
const keySeconds = 3_600;

interface KeysBody {
  readonly credential?: {
    readonly access?: unknown;
    readonly secret?: unknown;
    readonly securitytoken?: unknown;
    readonly expires_at?: unknown;
  };
}

/** Who the services say is asking. */
export interface Caller {
  /** What proves it. */
  readonly by: 'keys' | 'temporary-keys' | 'password';
  readonly projectId: string;
  /** The first 4 characters of the access key, and `…`. */
  readonly accessKey?: string | undefined;
  /** Known of those who have a password. */
  readonly userId?: string | undefined;
  readonly domainId?: string | undefined;
  /** When the proof ends and is renewed. */
  readonly expiresAt?: Date | undefined;
}

/** ModelArts and the identity service, for one identity. Nothing is asked before the first request. */
export class Services {
  readonly client: ServiceClient;
  readonly #identity: Identity;
  readonly #transport: Transport;
  readonly #tokens: TokenSource | undefined;
  #project: Promise<string> | undefined;

  /** @throws OptionError when it is not said where the services are */
  constructor(identity: Identity, options: ServicesOptions) {
    const { settings, login, credentials } = identity;
    const { modelartsEndpoint, iamEndpoint, region } = settings;
    if (modelartsEndpoint === undefined || iamEndpoint === undefined) {
      throw new OptionError('no region is given, so there is no service to ask', {
        hint: 'Say HUAWEICLOUD_SDK_REGION=cn-north-4 (option regionName), or modelartsEndpoint and iamEndpoint.',
      });
    }
    const { secureContext, userAgent, retry, timing = realTiming, onEvent } = options;
    this.#identity = identity;
    this.#transport = new Transport({ secureContext, insecure: settings.insecure });
    const common = {
      endpoints: { modelarts: modelartsEndpoint, iam: iamEndpoint },
      transport: this.#transport,
      userAgent,
      retry,
      timing,
      onEvent,
    };
    if (login === undefined) {
      const projectId = () => this.#saidProject;
      this.client = new ServiceClient({
        ...common,
        proof: { kind: 'keys', get: () => credentials.get(), projectId },
      });
      return;
    }
    const project = this.#saidProject;
    if (project === undefined && region === undefined) {
      throw new OptionError('neither a project nor a region is given, and a password needs one of them', {
        hint: 'Say HUAWEICLOUD_SDK_PROJECT_ID or HUAWEICLOUD_SDK_REGION (options projectId, regionName).',
      });
    }
    const tokens = new TokenSource(
      login,
      project === undefined ? { name: region! } : { id: project },
      new ServiceClient({ ...common, proof: { kind: 'none' } }),
      timing.now,
    );
    this.#tokens = tokens;
    this.client = new ServiceClient({
      ...common,
      proof: { kind: 'token', get: () => tokens.get(), discard: (token) => tokens.discard(token) },
    });
  }

  /** Temporary keys for object storage, for those who have a password. @throws ServiceError */
  async temporaryKeys(): Promise<CredentialsInit> {
    if (this.#tokens === undefined)
      throw new LabelkitError('Unsupported', 'temporary keys are given for a password only');
    const { body } = await this.client.send<KeysBody>({
      service: 'iam',
      method: 'POST',
      path: '/v3.0/OS-CREDENTIAL/securitytokens',
      body: { auth: { identity: { methods: ['token'], token: { duration_seconds: keySeconds } } } },
      repeatable: true,
    });
    const { access, secret, securitytoken, expires_at: expiresAt } = body?.credential ?? {};
    const text = (value: unknown) => (typeof value === 'string' ? value : '');
    return {
      accessKey: text(access),
      secretKey: new Secret(text(secret)),
      securityToken: new Secret(text(securitytoken)),
      expiresAt: text(expiresAt),
    };
  }

  /**
   * The project: what was said, or for `auto` the default project of the region, asked for once.
   *
   * @throws ServiceError; LabelkitError `NotFound` when the region has none
   */
  async projectId(): Promise<string> {
    if (this.#saidProject !== undefined) return this.#saidProject;
    this.#project ??= this.#findProject().catch((error: unknown) => {
      this.#project = undefined;
      throw error;
    });
    return await this.#project;
  }

  /** Asks the service who is asking. @throws ServiceError, LabelkitError `CredentialsNotFound` or `BadCredentials` */
  async caller(): Promise<Caller> {
    if (this.#tokens !== undefined) {
      const { projectId, userId, domainId, expiresAt } = await this.#tokens.get();
      return {
        by: 'password',
        projectId: projectId ?? (await this.projectId()),
        userId,
        domainId,
        expiresAt,
      };
    }
    const { accessKey, securityToken, expiresAt } = await this.#identity.credentials.get();
    // Keys are only checked by a request that is signed with them.
    const found = await this.#findProject();
    const projectId = this.#saidProject ?? found;
    return {
      by: securityToken === undefined ? 'keys' : 'temporary-keys',
      projectId,
      accessKey: maskAccessKey(accessKey),
      expiresAt,
    };
  }

  /** Ends idle connections. */
  close(): void {
    this.#transport.close();
  }

  get #saidProject(): string | undefined {
    const { projectId } = this.#identity.settings;
    return projectId === 'auto' ? undefined : projectId;
  }

  async #findProject(): Promise<string> {
    const { region } = this.#identity.settings;
    if (region === undefined) {
      throw new OptionError('the project cannot be looked for without a region', {
        hint: 'Say HUAWEICLOUD_SDK_REGION (option regionName), or name the project.',
      });
    }
    if (this.#tokens !== undefined) {
      const { projectId } = await this.#tokens.get();
      if (projectId !== undefined) return projectId;
    }
    const path = '/v3/projects';
    const { body } = await this.client.send<{ readonly projects?: unknown }>({
      service: 'iam',
      method: 'GET',
      path,
      query: { name: region },
    });
    if (!Array.isArray(body?.projects)) {
      throw new ServiceError('ServiceFailed', `GET ${path}: the answer holds no projects`, {
        service: 'iam',
        method: 'GET',
        path,
      });
    }
    const named = (body.projects as readonly { readonly id?: unknown; readonly name?: unknown }[]).find(
      ({ id, name }) => name === region && typeof id === 'string',
    );
    if (named === undefined) {
      throw new LabelkitError('NotFound', `these keys have no project in ${region}`, {
        hint: 'Check the region, or name the project (HUAWEICLOUD_SDK_PROJECT_ID, option projectId).',
      });
    }
    return named.id as string;
  }
}
