import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import {
  CredentialSource,
  Credentials,
  isSecretName,
  maskAccessKey,
  redactFields,
  redactText,
  redactUrl,
  Secret,
} from '../../src/cloud/index.js';

const ak = 'AKEXAMPLE00000000001';
const sk = 'SKEXAMPLE0000000000000000000000000000001';
const token = 'STEXAMPLE-very-long';

/** Every way in which people look at a value without meaning to. */
function seen(value: unknown): string {
  return [
    `${value}`,
    String(value),
    JSON.stringify(value),
    JSON.stringify({ value }),
    JSON.stringify({ ...(value as object) }),
    inspect(value, { depth: 9, showHidden: true, getters: true }),
    inspect({ value }),
    inspect([value], { customInspect: false, showHidden: true }),
  ].join('\n');
}

test('a secret is seen nowhere', () => {
  const secret = new Secret(sk);
  expect(secret.reveal()).toBe(sk);
  expect(`${secret}`).toBe('[redacted]');
  expect(JSON.stringify(secret)).toBe('"[redacted]"');
  expect(inspect(secret)).toBe('[redacted]');
  expect(seen(secret)).not.toContain(sk);
});

test('credentials show the first 4 characters of the access key', () => {
  const credentials = new Credentials({ accessKey: ak, secretKey: sk, securityToken: token });
  expect(credentials.accessKey).toBe(ak);
  expect(credentials.secretKey.reveal()).toBe(sk);
  expect(inspect(credentials)).toBe('Credentials(AKEX…)');
  expect(seen(credentials)).not.toMatch(new RegExp(`${ak}|${sk}|${token}`));
});

describe('what is no key is refused without being shown', () => {
  test.each([
    ['no secret key', { accessKey: ak, secretKey: '' }, 'the options has no secret key'],
    ['a line feed', { accessKey: ak, secretKey: `${sk}\n` }, 'the secret key of the options has a blank'],
    ['a blank', { accessKey: ` ${ak}`, secretKey: sk }, 'the access key of the options has a blank'],
    ['another script', { accessKey: ak, secretKey: sk, securityToken: 'ключ' }, 'the security token of'],
    [
      'no date',
      { accessKey: ak, secretKey: sk, expiresAt: 'tomorrow' },
      'expiresAt of the options is no date',
    ],
    ['a number', { accessKey: 5 as unknown as string, secretKey: sk }, 'has no access key'],
  ])('%s', (_, init, message) => {
    let error: unknown;
    try {
      new Credentials(init, 'the options');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'BadOption', message: expect.stringContaining(message) });
    expect(inspect(error)).not.toMatch(new RegExp(`${ak}|${sk}|ключ`));
  });
});

describe('credentials that end', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');

  /** A provider of keys that live so many seconds, and a clock to turn. */
  function source(seconds: number | undefined) {
    const clock = { now: start };
    const asked: number[] = [];
    const state: { fail?: Error } = {};
    const made = new CredentialSource(
      async () => {
        asked.push((clock.now - start) / 1000);
        if (state.fail) throw state.fail;
        return {
          accessKey: `AK${asked.length}`,
          secretKey: sk,
          ...(seconds === undefined ? {} : { expiresAt: new Date(clock.now + seconds * 1000) }),
        };
      },
      'the provider',
      () => clock.now,
    );
    const at = async (second: number) => {
      clock.now = start + second * 1000;
      return (await made.get()).accessKey;
    };
    return { at, asked, state, made };
  }

  test('without an end they are asked for once', async () => {
    const { at, asked } = source(undefined);
    expect([await at(0), await at(1e6)]).toEqual(['AK1', 'AK1']);
    expect(asked).toEqual([0]);
  });

  test('temporary ones may be followed by ones that stay', async () => {
    let asked = 0;
    const clock = { now: start };
    const made = new CredentialSource(
      async () => ({
        accessKey: 'AK',
        secretKey: sk,
        ...(asked++ === 0 ? { expiresAt: new Date(start + 1000) } : {}),
      }),
      'the provider',
      () => clock.now,
    );
    await made.get();
    clock.now += 1000;
    await made.get();
    clock.now += 1e9;
    await made.get();
    expect(asked).toBe(2);
  });

  test.each([
    [3600, 3299, 3300], // five minutes before
    [900, 719, 720], // a fifth before
  ])('of %i s they are kept at %i s and renewed at %i s', async (seconds, kept, renewed) => {
    const { at } = source(seconds);
    expect([await at(0), await at(kept), await at(renewed)]).toEqual(['AK1', 'AK1', 'AK2']);
  });

  test('all who wait share one question', async () => {
    const { asked, made } = source(3600);
    const all = await Promise.all(Array.from({ length: 20 }, () => made.get()));
    expect(new Set(all).size).toBe(1);
    expect(asked).toEqual([0]);
  });

  test('a failure to renew counts when the old ones are over, and is not repeated for every request', async () => {
    const { at, asked, state } = source(3600);
    await at(0);
    state.fail = new Error('the provider is down');
    expect(await at(3300)).toBe('AK1');
    expect(await at(3301)).toBe('AK1');
    expect(asked).toEqual([0, 3300]);
    expect(await at(3451)).toBe('AK1');
    expect(asked).toEqual([0, 3300, 3451]);
    await expect(at(3600)).rejects.toThrow('the provider is down');
    delete state.fail;
    expect(await at(3601)).toBe('AK5');
  });

  test('a failed first question is asked again', async () => {
    const { at, state } = source(undefined);
    state.fail = new Error('not yet');
    await expect(at(0)).rejects.toThrow('not yet');
    delete state.fail;
    expect(await at(1)).toBe('AK2');
  });

  test('ones that have ended already are an error that says so', async () => {
    await expect(source(-1).at(0)).rejects.toMatchObject({
      code: 'BadCredentials',
      message: 'the keys of the provider ended at 2025-12-31T23:59:59.000Z',
    });
  });
});

describe('redaction', () => {
  test.each([
    ['X-Auth-Token', true],
    ['x-obs-security-token', true],
    ['Authorization', true],
    ['secret_key', true],
    ['secretKey', true],
    ['user_password', true],
    ['Set-Cookie', true],
    ['Content-Type', false],
    ['x-obs-date', false],
    ['tokenizer', false],
  ])('%s', (name, secret) => expect(isSecretName(name)).toBe(secret));

  test.each([
    [
      'https://b.obs.example.com/k/a.jpg?AccessKeyId=AK&Signature=s%3D&Expires=1',
      'https://b.obs.example.com/k/a.jpg',
    ],
    ['https://user:password@host:8443/x', 'https://host:8443/x'],
    ['https://host/a@b', 'https://host/a@b'],
    ['obs://bucket/key', 'obs://bucket/key'],
    ['https://host/a#token=1', 'https://host/a'],
  ])('%s', (url, shown) => expect(redactUrl(url)).toBe(shown));

  test('texts and fields', () => {
    expect(redactText('see "https://h/a?Signature=x" and https://h/b?y=1, please')).toBe(
      'see "https://h/a" and https://h/b please',
    );
    expect(
      redactFields({
        user: { name: 'me', password: 'p' },
        list: ['https://h/?a=1'],
        n: 1,
        none: null,
        key: new Secret('s'),
      }),
    ).toEqual({
      user: { name: 'me', password: '[redacted]' },
      list: ['https://h/'],
      n: 1,
      none: null,
      key: '[redacted]',
    });
    expect(maskAccessKey(ak)).toBe('AKEX…');
  });
});
