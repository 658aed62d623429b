import {
  configFileOf,
  type Environment,
  type PlainProfile,
  profileOfEnvironment as profileOf,
  type StoredProfile,
  saveProfile,
} from '../cloud/index.js';
import { findJsonFault } from './session.js';

/** Where the file with profiles is. */
export interface ProfileOptions {
  /** Default: `LABELKIT_CONFIG`, else `labelkit/config.json` where the system keeps configuration. */
  readonly configFile?: string | undefined;
  /** Default `process.env`. */
  readonly environment?: Environment | undefined;
}

/**
 * Stores a profile in the configuration file, which only its owner can read; one of the same name is replaced, the
 * others stay.
 *
 * @returns the file
 * @throws OptionError for a member that is none, or a file that others can read; StorageError when it cannot be written
 */
export async function storeProfile(
  name: string,
  profile: StoredProfile,
  options: ProfileOptions = {},
): Promise<string> {
  const file = fileOf(options);
  await saveProfile(file, name, profile, findJsonFault);
  return file;
}

/**
 * A profile to be stored, from the variables `HUAWEICLOUD_SDK_…` and `LABELKIT_…_ENDPOINT`.
 *
 * @throws OptionError when they hold neither keys nor a password
 */
export function profileOfEnvironment(environment: Environment = process.env): PlainProfile {
  return profileOf(environment);
}

/** Removes a profile, if it is there. @returns the file @throws as {@link storeProfile} */
export async function removeProfile(name: string, options: ProfileOptions = {}): Promise<string> {
  const file = fileOf(options);
  await saveProfile(file, name, undefined, findJsonFault);
  return file;
}

function fileOf({ configFile, environment = process.env }: ProfileOptions): string {
  return configFile ?? configFileOf(environment);
}
