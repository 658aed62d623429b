import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import type { ServiceSession } from '../cloud/datasets/index.js';
import {
  type Credentials,
  checkIdentity,
  type FindJsonFault,
  type Identity,
  type IdentityOptions,
  type ObsSettings,
  resolveIdentity,
  type SettingsWarning,
} from '../cloud/index.js';
import type { Caller, RetryPolicy, ServiceEvent, Services } from '../cloud/service/index.js';
import { explainJsonError, lineColumn } from '../text/index.js';
import {
  checkObjectStorage,
  LazyObjectStorage,
  type ObjectStorage,
  type ObjectStorageOptions,
} from './object-storage.js';
import { ioError } from './storage/index.js';
import type { ObsStorage } from './storage/obs/index.js';
import { ObsFiles } from './transfer/obs-files.js';

/** Everything is optional: what is not said is looked for in a profile and in the environment. */
export interface SessionOptions extends IdentityOptions {
  /** Called once for each thing that is allowed and not wise, such as not checking certificates. */
  readonly onWarning?: ((warning: SettingsWarning) => void) | undefined;
  /** How it is read and written: timeouts, sizes, requests at a time. */
  readonly objectStorage?: ObjectStorageOptions | undefined;
  /** How ModelArts and the identity service are asked. */
  readonly services?: ServiceOptions | undefined;
}

/** How requests to the service are made. */
export interface ServiceOptions {
  readonly retry?: RetryPolicy | undefined;
  /** Hears of every request; no header, body or query is told. */
  readonly onEvent?: ((event: ServiceEvent) => void) | undefined;
}

/**
 * Who asks a service, and how it is reached: what library calls need to open `obs://` paths. Making one reads
 * nothing and connects to nothing; that happens when the first path is opened.
 *
 * Keys are taken from the first place that has any: `accessKey` and `secretKey`, or `credentials`; the named
 * profile; `HUAWEICLOUD_SDK_AK` and `HUAWEICLOUD_SDK_SK`; the profile `default`; `ambient`.
 */
export class Session implements ServiceSession {
  readonly #options: SessionOptions;
  readonly #storage: LazyObjectStorage;
  #services: Promise<Services> | undefined;
  #identity: Promise<Identity> | undefined;

  /** @throws OptionError for options that do not fit together, or are unknown */
  constructor(options: SessionOptions = {}) {
    checkIdentity(options, ['onWarning', 'objectStorage', 'services'] satisfies (keyof SessionOptions)[]);
    checkObjectStorage(options.objectStorage);
    this.#options = { ...options };
    this.#storage = new LazyObjectStorage(() => this.#openStorage());
  }

  /** Object storage: what opens `obs://bucket/key`, and `s3://` and `s3a://`, which mean the same. */
  get storage(): ObjectStorage {
    return this.#storage;
  }

  /** Copies files and folders to object storage, from it and inside it. */
  get obs(): ObsFiles {
    return new ObsFiles(this);
  }

  /**
   * The keys, asked for anew when temporary ones are about to end.
   *
   * @throws LabelkitError `CredentialsNotFound` that names the places that were looked at, `BadCredentials` for keys
   *   that have ended; OptionError for what is wrong in a profile or a variable
   */
  async credentials(): Promise<Credentials> {
    return await (await this.#resolve()).credentials.get();
  }

  /** Where requests go and how. @throws as {@link credentials} */
  async settings(): Promise<ObsSettings> {
    return (await this.#resolve()).settings;
  }

  /**
   * Asks the identity service who is asking: a wrong key, password or region is found here.
   *
   * @throws as {@link credentials}; ServiceError when the service refuses or cannot be reached
   */
  async caller(): Promise<Caller> {
    return await (await this.services()).caller();
  }

  /**
   * What requests of ModelArts and the identity service go through; the same each time.
   *
   * @throws as {@link credentials}; OptionError when it is not said where the services are
   */
  async services(): Promise<Services> {
    this.#services ??= this.#makeServices().catch((error: unknown) => {
      this.#services = undefined;
      throw error;
    });
    return await this.#services;
  }

  /** Ends idle connections; the session can still be used. */
  async close(): Promise<void> {
    if (this.#services !== undefined) (await this.#services).close();
    if (!this.#storage.isUsed) return;
    await (await this.#storage.get()).close();
  }

  /** The name of its class: what it knows is not shown. */
  toString(): string {
    return 'Session';
  }

  /** An empty object: what it knows is not shown. */
  toJSON(): object {
    return {};
  }

  /** As {@link toString}. */
  [inspect.custom](): string {
    return this.toString();
  }

  #resolve(): Promise<Identity> {
    const keysOfLogin = async () => await (await this.services()).temporaryKeys();
    this.#identity ??= resolveIdentity(this.#options, findJsonFault, keysOfLogin).then(
      (identity) => {
        for (const warning of identity.settings.warnings) this.#options.onWarning?.(warning);
        return identity;
      },
      (error: unknown) => {
        // A profile that is mended, or a variable that is set, counts with the next use.
        this.#identity = undefined;
        throw error;
      },
    );
    return this.#identity;
  }

  async #makeServices(): Promise<Services> {
    const identity = await this.#resolve();
    const { caFile } = identity.settings;
    const { Services } = await import('../cloud/service/index.js');
    const secureContext =
      caFile === undefined
        ? undefined
        : (await import('./storage/obs/index.js')).trusting(await readText(caFile));
    const { services = {} } = this.#options;
    return new Services(identity, { ...services, secureContext, userAgent: 'labelkit' });
  }

  async #openStorage(): Promise<ObsStorage> {
    const { credentials, settings } = await this.#resolve();
    // Keys that are missing or wrong are said before anything is loaded or asked.
    await credentials.get();
    const ca = settings.caFile === undefined ? undefined : await readText(settings.caFile);
    const { createObsStorage } = await import('./storage/obs/index.js');
    const { endpoint, region, addressing, signature, insecure, engine } = settings;
    return createObsStorage({
      ...this.#options.objectStorage,
      endpoint,
      addressing,
      signature,
      insecure,
      ...(engine === undefined ? {} : { engine }),
      ...(region === undefined ? {} : { region }),
      ...(ca === undefined ? {} : { ca }),
      credentials: async () => {
        const { accessKey, secretKey, securityToken } = await credentials.get();
        return {
          accessKey,
          secretKey: secretKey.reveal(),
          ...(securityToken === undefined ? {} : { securityToken: securityToken.reveal() }),
        };
      },
    });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw ioError(error, 'read', path);
  }
}

/** Where a text that should be JSON is none. */
export const findJsonFault: FindJsonFault = (text) => lineColumn(text, explainJsonError(text).column - 1);
