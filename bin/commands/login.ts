import type { Command } from 'commander';
import type { PlainProfile } from '../../src/index.js';
import { OptionError } from '../../src/model/index.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { type CommandIo, writeText } from '../io.js';

interface Flags {
  readonly fromEnv?: boolean;
  readonly check: boolean;
  readonly remove?: boolean;
  readonly quiet?: boolean;
}

/** `labelkit login`: stores keys or a password as a profile that only its owner can read. */
export function addLogin(program: Command, io: CommandIo, done: (code: ExitCode) => void): void {
  program
    .command('login')
    .description('store keys or a password as a profile, once the service has said that they are good')
    .argument('[profile]', 'name of the profile', 'default')
    .option('--from-env', 'take them from the HUAWEICLOUD_SDK_… variables instead of asking')
    .option('--no-check', 'store them without asking the service')
    .option('--remove', 'remove the profile instead')
    .option('--quiet', 'nothing on standard error but errors')
    .action(async (name: string, flags: Flags) => {
      const { profileOfEnvironment, removeProfile, storeProfile } = await import(
        '../../src/dataset-io/profiles.js'
      );
      const { Session } = await import('../../src/dataset-io/session.js');
      const where = { environment: io.env };
      if (flags.remove === true) {
        const file = await removeProfile(name, where);
        await writeText(io.stdout, `removed the profile ${name} from ${file}\n`);
        done(exitCodes.done);
        return;
      }
      const profile = flags.fromEnv === true ? profileOfEnvironment(io.env) : await askForProfile(io);
      if (flags.check) {
        const session = new Session({ ...profile, environment: {} });
        try {
          const { projectId } = await session.caller();
          if (flags.quiet !== true) io.stderr.write(`the service knows them: project ${projectId}\n`);
        } finally {
          await session.close();
        }
      }
      const file = await storeProfile(name, profile, where);
      await writeText(io.stdout, `stored as the profile ${name} in ${file}\n`);
      done(exitCodes.done);
    });
}

/** Asks on the terminal; what is secret is not shown while it is typed. */
async function askForProfile(io: CommandIo): Promise<PlainProfile> {
  const stdin = io.stdin as NodeJS.ReadStream;
  if (stdin.isTTY !== true) {
    throw new OptionError('there is no terminal to ask for keys', {
      hint: 'Set the HUAWEICLOUD_SDK_… variables and give --from-env. Keys are never taken from the command line, which others can see.',
    });
  }
  const { ask } = await import('../ask.js');
  const regionName = await ask(io, 'region, such as cn-north-4: ');
  const accessKey = await ask(io, 'access key (AK), or nothing to log in with a password: ');
  if (accessKey !== '') {
    const secretKey = await ask(io, 'secret key (SK): ', { isSecret: true });
    return { regionName, accessKey, secretKey };
  }
  const account = await ask(io, 'account name: ');
  const username = await ask(io, 'IAM user name, or nothing for the account itself: ');
  const password = await ask(io, 'password: ', { isSecret: true });
  return { regionName, account, username: username === '' ? account : username, password };
}
