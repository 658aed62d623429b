import { inspect } from 'node:util';
import { LabelkitError, OptionError } from '../model/index.js';
import { maskAccessKey } from './redact.js';
import { Secret } from './secret.js';

/** What credentials are made of, as a provider gives them. */
export interface CredentialsInit {
  /** The access key id (AK). */
  readonly accessKey: string;
  /** The secret access key (SK). */
  readonly secretKey: string | Secret;
  /** Comes with temporary keys. */
  readonly securityToken?: string | Secret | undefined;
  /** When temporary keys end; a text is read as `Date` reads it. Absent: they stay. */
  readonly expiresAt?: Date | string | undefined;
}

/** Keys of an account, or temporary ones. Printing them shows the first 4 characters of the access key and no more. */
export class Credentials {
  readonly #accessKey: string;
  readonly secretKey: Secret;
  readonly securityToken: Secret | undefined;
  readonly expiresAt: Date | undefined;

  /**
   * @param from  where they were said, for the error: `the environment`
   * @throws OptionError when a key is missing, or holds a character that no key has; the value is not shown
   */
  constructor({ accessKey, secretKey, securityToken, expiresAt }: CredentialsInit, from = 'the credentials') {
    this.#accessKey = checked(accessKey, 'access key', from).reveal();
    this.secretKey = checked(secretKey, 'secret key', from);
    this.securityToken =
      securityToken === undefined ? undefined : checked(securityToken, 'security token', from);
    this.expiresAt = expiresAt === undefined ? undefined : checkedDate(expiresAt, from);
  }

  get accessKey(): string {
    return this.#accessKey;
  }

  /** Says who it is, and nothing secret. */
  toString(): string {
    return `Credentials(${maskAccessKey(this.#accessKey)})`;
  }

  /** Its members with what is secret masked. */
  toJSON(): Record<string, string> {
    return {
      accessKey: maskAccessKey(this.#accessKey),
      secretKey: this.secretKey.toJSON(),
      ...(this.securityToken === undefined ? {} : { securityToken: this.securityToken.toJSON() }),
      ...(this.expiresAt === undefined ? {} : { expiresAt: this.expiresAt.toISOString() }),
    };
  }

  /** As {@link toString}. */
  [inspect.custom](): string {
    return this.toString();
  }
}

function checked(value: string | Secret | undefined, what: string, from: string): Secret {
  const text = value instanceof Secret ? value.reveal() : value;
  if (typeof text !== 'string' || text === '') throw new OptionError(`${from} has no ${what}`);
  // They go into headers: a line feed that came along with a copied key would be the service's riddle.
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new OptionError(
      `the ${what} of ${from} has a blank, a line feed or another character that no key has`,
      {
        hint: 'Copy it again, without what is around it.',
      },
    );
  }
  return value instanceof Secret ? value : new Secret(text);
}

function checkedDate(value: Date | string, from: string): Date {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) {
    throw new OptionError(`expiresAt of ${from} is no date`, { hint: 'Write it as 2026-01-31T12:00:00Z.' });
  }
  return date;
}

/** Asks for credentials, however long that takes. */
export type CredentialsProvider = () => Promise<CredentialsInit>;

/** Keys are renewed so long before they end, in ms; of short-lived ones, when a fifth of their time is left. */
const longestMargin = 5 * 60_000;
const marginShare = 0.2;

/**
 * Credentials that are asked for when they are first needed and again before they end, once for all who wait.
 * Those that say no end are asked for once.
 */
export class CredentialSource {
  private current: Credentials | undefined;
  private renewAt = Number.POSITIVE_INFINITY;
  private pending: Promise<Credentials> | undefined;

  /**
   * @param from  where they come from, for errors
   * @param now  the time, in ms since 1970
   */
  constructor(
    private readonly provider: CredentialsProvider,
    readonly from: string,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws LabelkitError `BadCredentials` when they have ended, OptionError when they are none; what the provider throws */
  async get(): Promise<Credentials> {
    const { current } = this;
    if (current !== undefined && this.now() < this.renewAt) return current;
    this.pending ??= this.renew().finally(() => {
      this.pending = undefined;
    });
    const end = current?.expiresAt?.getTime() ?? Number.NEGATIVE_INFINITY;
    if (current === undefined || this.now() >= end) return await this.pending;
    try {
      return await this.pending;
    } catch {
      // The old keys are still good: the failure counts when they are not. Asked again in half of what is left.
      this.renewAt = this.now() + (end - this.now()) / 2;
      return current;
    }
  }

  private async renew(): Promise<Credentials> {
    const credentials = new Credentials(await this.provider(), this.from);
    const end = credentials.expiresAt?.getTime();
    if (end === undefined) {
      this.renewAt = Number.POSITIVE_INFINITY;
    } else {
      const left = end - this.now();
      if (left <= 0) {
        throw new LabelkitError(
          'BadCredentials',
          `the keys of ${this.from} ended at ${new Date(end).toISOString()}`,
          {
            hint: 'Get new temporary keys.',
          },
        );
      }
      this.renewAt = end - Math.min(longestMargin, left * marginShare);
    }
    this.current = credentials;
    return credentials;
  }
}
