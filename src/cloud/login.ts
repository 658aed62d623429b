import { OptionError } from '../model/index.js';
import { Secret } from './secret.js';

/** A password and whose it is. */
export interface Login {
  /** The account (domain). */
  readonly account: string;
  /** The IAM user; of the account itself the same name. */
  readonly username: string;
  readonly password: Secret;
}

/** The members of a login, as options and profiles have them. */
export interface LoginMembers {
  /** Name of the account (domain) of an IAM user; default: the user name is that of the account. */
  readonly account?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | Secret | undefined;
}

/**
 * @param nameOf what a member is called where it was said, for the error
 * @throws OptionError when the user name or the password is missing
 */
export function loginOf(
  { account, username, password }: LoginMembers,
  nameOf: (member: keyof LoginMembers) => string,
): Login {
  if (username === undefined || username === '' || password === undefined || password === '') {
    const missing = password === undefined || password === '' ? 'password' : 'username';
    const there = missing === 'password' ? 'username' : 'password';
    throw new OptionError(`${nameOf(there)} is given, and ${nameOf(missing)} is not`, {
      hint: `Give ${nameOf(missing)} too.`,
    });
  }
  return {
    account: account ?? username,
    username,
    password: password instanceof Secret ? password : new Secret(password),
  };
}
