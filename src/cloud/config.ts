import { randomBytes } from 'node:crypto';
import { mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { OptionError, StorageError } from '../model/index.js';
import { type Environment, variable } from './environment.js';
import { Secret } from './secret.js';
import { type CloudSettings, checkSettings } from './settings.js';

/** A key as a profile stores it: as it is, or encrypted in a way that the caller of the library knows. */
export type StoredSecret = string | { readonly encrypted: string };

/** The members of a profile that hold keys. */
export const keyMembers = ['accessKey', 'secretKey', 'securityToken'] as const;
/** The members that are secret. */
export const secretMembers = [...keyMembers, 'password'] as const;
/** A member of a profile that is kept secret. */
export type SecretMember = (typeof secretMembers)[number];

/** One profile of the configuration file, member for member. */
export interface StoredProfile extends CloudSettings {
  readonly accessKey?: StoredSecret | undefined;
  readonly secretKey?: StoredSecret | undefined;
  readonly securityToken?: StoredSecret | undefined;
  /** Name of the account of an IAM user. */
  readonly account?: string | undefined;
  readonly username?: string | undefined;
  /** Instead of keys. */
  readonly password?: StoredSecret | undefined;
  /** When temporary keys end: `2026-01-31T12:00:00Z`. */
  readonly expiresAt?: string | undefined;
}

const members = [
  ...secretMembers,
  'account',
  'username',
  'expiresAt',
  'regionName',
  'projectId',
  'endpoint',
  'modelartsEndpoint',
  'iamEndpoint',
  'addressing',
  'signature',
  'caFile',
  'insecure',
  'allowHttp',
  'engine',
];

/** Finds the first fault of a text that is no JSON: line and column from 1. Not what is there: it may be a key. */
export type FindJsonFault = (text: string) => { readonly line: number; readonly column: number };

/**
 * Where profiles are kept: what `LABELKIT_CONFIG` says, else `labelkit/config.json` in `XDG_CONFIG_HOME`,
 * in `APPDATA` on Windows, or in `~/.config`.
 */
export function configFileOf(
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string {
  const named = variable(environment, 'config');
  if (named !== undefined) return named;
  const xdg = environment['XDG_CONFIG_HOME'] ?? '';
  const appData = platform === 'win32' ? (environment['APPDATA'] ?? '') : '';
  const folder = isAbsolute(xdg) ? xdg : appData === '' ? join(home, '.config') : appData;
  return join(folder, 'labelkit', 'config.json');
}

/**
 * The profiles of a configuration file: `{ "profiles": { "<name>": { "accessKey": …, … } } }`.
 *
 * @returns undefined when there is no such file
 * @throws OptionError when others may read the file, it is no JSON, or a member is unknown or of another type;
 *   StorageError when it cannot be read. No message shows a value.
 */
export async function readProfiles(
  file: string,
  findFault: FindJsonFault,
): Promise<ReadonlyMap<string, StoredProfile> | undefined> {
  const text = await readPrivate(file);
  if (text === undefined) return undefined;
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    const { line, column } = findFault(text);
    throw new OptionError(`${file}:${line}:${column}: this is no JSON`, {
      path: file,
      hint: 'It is { "profiles": { "name": { "accessKey": "…", "secretKey": "…", "regionName": "…" } } }.',
    });
  }
  const root = membersOf(config, file, 'the file', ['profiles']);
  const profiles = new Map<string, StoredProfile>();
  const named = root['profiles'] ?? {};
  for (const [name, profile] of Object.entries(membersOf(named, file, 'profiles')))
    profiles.set(name, checkedProfile(profile, file, name));
  return profiles;
}

function membersOf(
  value: unknown,
  file: string,
  where: string,
  known?: readonly string[],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new OptionError(`${file}: ${where} is no object`, { path: file, hint: 'Mend the file.' });
  }
  const unknown = Object.keys(value).find((name) => known?.includes(name) === false);
  if (unknown !== undefined) {
    throw new OptionError(`${file}: ${where} has an unknown member, ${JSON.stringify(unknown)}`, {
      path: file,
      hint: `Known are ${known?.join(', ')}.`,
    });
  }
  return value as Record<string, unknown>;
}

function checkedProfile(value: unknown, file: string, name: string): StoredProfile {
  const profile = membersOf(value, file, `the profile ${name}`, members);
  const nameOf = (member: string) => `${member} of the profile ${name} in ${file}`;
  for (const member of secretMembers) {
    const secret = profile[member];
    if (secret === undefined || typeof secret === 'string') continue;
    const { encrypted } = membersOf(secret, file, `${member} of the profile ${name}`, ['encrypted']);
    if (typeof encrypted !== 'string') throw new OptionError(`${nameOf(member)} is no text`, { path: file });
  }
  for (const member of ['account', 'username']) {
    const value = profile[member];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new OptionError(`${nameOf(member)} is no text`, { path: file });
  }
  const { expiresAt } = profile;
  if (expiresAt !== undefined && (typeof expiresAt !== 'string' || Number.isNaN(Date.parse(expiresAt)))) {
    throw new OptionError(`${nameOf('expiresAt')} is no date`, {
      path: file,
      hint: 'Write it as "2026-01-31T12:00:00Z".',
    });
  }
  checkSettings({ values: profile as CloudSettings, nameOf });
  return profile;
}

/** The text of a file that only its owner may read; undefined when it is not there. */
async function readPrivate(file: string): Promise<string | undefined> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(file, 'r');
    const { mode } = await handle.stat();
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new OptionError(`${file} holds keys, and others than its owner may read or change it`, {
        path: file,
        hint: `chmod 600 ${file}`,
      });
    }
    return (await handle.readFile('utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    if (error instanceof OptionError) throw error;
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw unreadable(file, 'read', error);
  } finally {
    await handle?.close();
  }
}

/**
 * Writes one profile into a configuration file, readable by its owner alone, in one step: the other profiles stay.
 *
 * @param profile  undefined removes it; a `Secret` may stand for a key
 * @throws as {@link readProfiles}; StorageError when the file cannot be written
 */
export async function saveProfile(
  file: string,
  name: string,
  profile:
    | (Omit<StoredProfile, SecretMember> & { readonly [K in SecretMember]?: StoredSecret | Secret })
    | undefined,
  findFault: FindJsonFault,
): Promise<void> {
  const profiles = new Map(await readProfiles(file, findFault));
  if (profile === undefined) profiles.delete(name);
  else {
    const plain = Object.entries(profile).map(([member, value]) => [
      member,
      value instanceof Secret ? value.reveal() : value,
    ]);
    profiles.set(name, checkedProfile(Object.fromEntries(plain), file, name));
  }
  const text = `${JSON.stringify({ profiles: Object.fromEntries(profiles) }, null, 2)}\n`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await replace(await targetOf(file), text);
  } catch (error) {
    throw unreadable(file, 'write', error);
  }
}

/** What a symbolic link leads to, so that the link stays. */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return file;
    throw error;
  }
}

async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

function unreadable(file: string, verb: 'read' | 'write', error: unknown): StorageError {
  const why = errnoOf(error) ?? String(error);
  return new StorageError(why === 'EACCES' ? 'AccessDenied' : 'Io', `cannot ${verb} ${file}: ${why}`, {
    path: file,
    cause: error,
    hint: 'Check the file and the rights of its folder, or name another with LABELKIT_CONFIG.',
  });
}
