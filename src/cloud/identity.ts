import { LabelkitError, OptionError } from '../model/index.js';
import {
  configFileOf,
  type FindJsonFault,
  readProfiles,
  type SecretMember,
  type StoredProfile,
  type StoredSecret,
  secretMembers,
} from './config.js';
import {
  CredentialSource,
  Credentials,
  type CredentialsInit,
  type CredentialsProvider,
} from './credentials.js';
import {
  credentialsOfEnvironment,
  type Environment,
  settingsOfEnvironment,
  variable,
  variables,
} from './environment.js';
import type { Secret } from './secret.js';
import {
  type CloudSettings,
  checkSettings,
  mergeSettings,
  type ObsSettings,
  type SettingsSource,
} from './settings.js';

/** Who asks the service, and how it is reached. Everything is optional: what is not said is looked for. */
export interface IdentityOptions extends CloudSettings {
  /** Access key id (AK); needs `secretKey`. */
  readonly accessKey?: string | undefined;
  /** Secret access key (SK). */
  readonly secretKey?: string | Secret | undefined;
  /** Comes with temporary keys. */
  readonly securityToken?: string | Secret | undefined;
  /** Gives keys when they are needed, and new ones before those end; instead of `accessKey`. */
  readonly credentials?: CredentialsProvider | undefined;
  /** A profile of the configuration file; default: what `LABELKIT_PROFILE` says. */
  readonly profile?: string | undefined;
  /** Decrypts what a profile stores as `{ "encrypted": … }`. */
  readonly decrypt?: ((encrypted: string, member: SecretMember) => string | Promise<string>) | undefined;
  /** Asked last, where nothing else has keys: a notebook, a machine with a role. Undefined from it: it has none either. */
  readonly ambient?: (() => Promise<CredentialsInit | undefined>) | undefined;
  /** Default: `LABELKIT_CONFIG`, else `labelkit/config.json` where the system keeps configuration. */
  readonly configFile?: string | undefined;
  /** Default `process.env`. */
  readonly environment?: Environment | undefined;
}

const settingNames = [
  'regionName',
  'projectId',
  'endpoint',
  'addressing',
  'signature',
  'caFile',
  'insecure',
  'allowHttp',
  'engine',
] as const satisfies readonly (keyof CloudSettings)[];

const optionNames: readonly string[] = [
  ...secretMembers,
  'credentials',
  'profile',
  'decrypt',
  'ambient',
  'configFile',
  'environment',
  ...settingNames,
] satisfies readonly (keyof IdentityOptions)[];

/**
 * Finds what can be wrong with options without reading anything.
 *
 * @param more  other options that the caller knows
 * @throws OptionError
 */
export function checkIdentity(options: IdentityOptions, more: readonly string[] = []): void {
  const known = [...optionNames, ...more];
  const given = (name: string) => (options as Record<string, unknown>)[name] !== undefined;
  if (given('password')) {
    if (given('accessKey')) {
      throw new OptionError('password and accessKey are both given', { hint: 'Give one of the two.' });
    }
    throw new OptionError('a password is given', {
      code: 'Unsupported',
      hint: 'This version takes access keys: accessKey and secretKey.',
    });
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const camel = unknown.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    throw new OptionError(`there is no option ${JSON.stringify(unknown)}`, {
      hint: known.includes(camel) ? `Write it ${camel}.` : `Options are ${known.join(', ')}.`,
    });
  }
  if (given('accessKey') !== given('secretKey')) {
    const [there, missing] = given('accessKey') ? ['accessKey', 'secretKey'] : ['secretKey', 'accessKey'];
    throw new OptionError(`${there} is given, and ${missing} is not`, { hint: `Give ${missing} too.` });
  }
  if (given('securityToken') && !given('accessKey')) {
    throw new OptionError('securityToken is given without its keys', {
      hint: 'Give accessKey and secretKey too.',
    });
  }
  if (given('accessKey') && given('credentials')) {
    throw new OptionError('accessKey and credentials are both given', { hint: 'Give one of the two.' });
  }
  const keys = keysOfOptions(options);
  if (keys !== undefined) new Credentials(keys, 'the options');
  checkSettings(sourceOfOptions(options));
}

function keysOfOptions({
  accessKey,
  secretKey,
  securityToken,
}: IdentityOptions): CredentialsInit | undefined {
  if (accessKey === undefined || secretKey === undefined) return undefined;
  return { accessKey, secretKey, ...(securityToken === undefined ? {} : { securityToken }) };
}

function sourceOfOptions(options: IdentityOptions): SettingsSource {
  return { values: options, nameOf: (setting) => setting };
}

/** Keys and settings, put together from wherever they were found. */
export interface Identity {
  readonly credentials: CredentialSource;
  readonly settings: ObsSettings;
}

/**
 * Looks for keys: in the options, the named profile, the environment, the profile `default`, and last at the
 * ambient provider. The first place that has any decides. Settings are taken one by one in the same order; the
 * profile `default` counts only where the environment has no keys.
 *
 * @throws LabelkitError `CredentialsNotFound` that names the places; OptionError for what is wrong in one of them
 */
export async function resolveIdentity(options: IdentityOptions, findFault: FindJsonFault): Promise<Identity> {
  const environment = options.environment ?? process.env;
  const configFile = options.configFile ?? configFileOf(environment);
  const wanted = options.profile ?? variable(environment, 'profile');
  const own = keysOfOptions(options);
  const settings = [sourceOfOptions(options)];
  const environmentSettings = settingsOfEnvironment(environment);
  checkSettings(environmentSettings);

  let provider: CredentialsProvider | undefined = options.credentials;
  let from = 'the options';
  if (own !== undefined) provider = async () => own;

  let found: { profile: StoredProfile; name: string } | undefined;
  if (wanted !== undefined) {
    found = { profile: await namedProfile(configFile, wanted, options, findFault), name: wanted };
    settings.push(profileSettings(found, configFile));
    if (provider === undefined && hasKeys(found.profile)) {
      provider = profileKeys(found, configFile, options);
      from = `the profile ${wanted}`;
    }
  }
  settings.push(environmentSettings);
  const fromEnvironment = provider === undefined ? credentialsOfEnvironment(environment) : undefined;
  if (fromEnvironment !== undefined) {
    provider = async () => fromEnvironment;
    from = 'the environment';
  }
  if (provider === undefined && wanted === undefined) {
    const profile = (await readProfiles(configFile, findFault))?.get('default');
    if (profile !== undefined) {
      found = { profile, name: 'default' };
      settings.push(profileSettings(found, configFile));
      if (hasKeys(profile)) {
        provider = profileKeys(found, configFile, options);
        from = 'the profile default';
      }
    }
  }
  if (provider === undefined && options.ambient !== undefined) {
    const { ambient } = options;
    const first = await ambient();
    if (first !== undefined) {
      from = 'the ambient provider';
      provider = ambientKeys(ambient, first);
    }
  }
  if (provider === undefined) throw notFound(configFile, found?.name);
  return { credentials: new CredentialSource(provider, from), settings: mergeSettings(settings) };
}

/** What was given while looking is used before the provider is asked again. */
function ambientKeys(
  ambient: NonNullable<IdentityOptions['ambient']>,
  first: CredentialsInit,
): CredentialsProvider {
  let next: CredentialsInit | undefined = first;
  return async () => {
    const keys = next ?? (await ambient());
    next = undefined;
    if (keys === undefined) {
      throw new LabelkitError('CredentialsNotFound', 'the ambient provider gives no keys any more');
    }
    return keys;
  };
}

async function namedProfile(
  file: string,
  name: string,
  options: IdentityOptions,
  findFault: FindJsonFault,
): Promise<StoredProfile> {
  const profiles = await readProfiles(file, findFault);
  const profile = profiles?.get(name);
  if (profile !== undefined) return profile;
  const by = options.profile === undefined ? ` (${variables.profile})` : '';
  const names = [...(profiles?.keys() ?? [])];
  throw new OptionError(`there is no profile ${JSON.stringify(name)}${by} in ${file}`, {
    path: file,
    hint:
      profiles === undefined
        ? 'There is no such file.'
        : names.length === 0
          ? 'The file has no profiles.'
          : `It has ${names.join(', ')}.`,
  });
}

function hasKeys(profile: StoredProfile): boolean {
  return secretMembers.some((member) => profile[member] !== undefined);
}

function profileSettings(
  { profile, name }: { profile: StoredProfile; name: string },
  file: string,
): SettingsSource {
  return { values: profile, nameOf: (setting) => `${setting} of the profile ${name} in ${file}` };
}

function profileKeys(
  { profile, name }: { profile: StoredProfile; name: string },
  file: string,
  { decrypt }: IdentityOptions,
): CredentialsProvider {
  const { accessKey, secretKey, securityToken, expiresAt } = profile;
  const missing = accessKey === undefined ? 'accessKey' : secretKey === undefined ? 'secretKey' : undefined;
  if (accessKey === undefined || secretKey === undefined) {
    throw new OptionError(`the profile ${name} in ${file} has no ${missing}`, {
      path: file,
      hint: 'Add it.',
    });
  }
  const open = async (stored: StoredSecret, member: SecretMember): Promise<string> => {
    if (typeof stored === 'string') return stored;
    if (decrypt === undefined) {
      throw new OptionError(`${member} of the profile ${name} in ${file} is encrypted`, {
        path: file,
        hint: 'Only a program that gives the session a decrypt function can use this profile.',
      });
    }
    return await decrypt(stored.encrypted, member);
  };
  return async () => ({
    accessKey: await open(accessKey, 'accessKey'),
    secretKey: await open(secretKey, 'secretKey'),
    ...(securityToken === undefined ? {} : { securityToken: await open(securityToken, 'securityToken') }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

function notFound(configFile: string, profile: string | undefined): LabelkitError {
  const where =
    profile === undefined
      ? `no profile in ${configFile}`
      : `the profile ${profile} in ${configFile} has none`;
  return new LabelkitError(
    'CredentialsNotFound',
    `no access key was found: ${variables.accessKey} and ${variables.secretKey} are not set, and ${where}`,
    {
      path: configFile,
      hint: `Set ${variables.accessKey}, ${variables.secretKey} and ${variables.regionName}, or name a profile with --session (option profile).`,
    },
  );
}
