import type { ObjectStorageOptions } from '../src/dataset-io/object-storage.js';
import { Session } from '../src/dataset-io/session.js';
import type { CommandIo } from './io.js';
import type { InputFlags } from './options.js';

/**
 * Runs work with a session that takes keys from the profile named on the command line, or else from where sessions
 * look for them. What is not safe is said even where nothing else is.
 */
export async function withSession<R>(
  { session: profile, quiet }: Pick<InputFlags, 'session' | 'quiet'>,
  io: CommandIo,
  work: (session: Session) => Promise<R>,
  objectStorage: ObjectStorageOptions = {},
): Promise<R> {
  const session = new Session({
    profile,
    environment: io.env,
    objectStorage,
    onWarning: ({ kind, message }) => {
      if (quiet !== true || kind === 'insecure') io.stderr.write(`warning: ${message}\n`);
    },
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
