import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { onAbort, settleOrAbort } from '../../../src/dataset-io/storage/abortable.js';
import { AbortedError } from '../../../src/model/index.js';

const listenersOf = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length;

describe('waiting for a signal', () => {
  test('many wait by one listener, which goes with the last of them', () => {
    const controller = new AbortController();
    const heard: number[] = [];
    const stops = Array.from({ length: 20 }, (_, n) => onAbort(controller.signal, () => heard.push(n)));
    expect(listenersOf(controller)).toBe(1);
    for (const stop of stops) stop();
    expect(listenersOf(controller)).toBe(0);
    controller.abort();
    expect(heard).toEqual([]);
  });

  test('each is told once, those that stopped are not', () => {
    const controller = new AbortController();
    const heard: string[] = [];
    const listener = () => heard.push('same');
    onAbort(controller.signal, listener);
    const stop = onAbort(controller.signal, listener);
    onAbort(controller.signal, () => heard.push('last'));
    stop();
    stop();
    controller.abort();
    expect(heard).toEqual(['same', 'last']);
    expect(listenersOf(controller)).toBe(0);
  });

  test('one that begins again after all had stopped is told', () => {
    const controller = new AbortController();
    onAbort(controller.signal, () => undefined)();
    let told = false;
    onAbort(controller.signal, () => {
      told = true;
    });
    controller.abort();
    expect(told).toBe(true);
  });

  test('a promise loses against the signal, before and after', async () => {
    const controller = new AbortController();
    expect(await settleOrAbort(Promise.resolve(1), controller.signal)).toBe(1);
    const reason = new Error('enough');
    const waiting = settleOrAbort(new Promise(() => undefined), controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toMatchObject({ code: 'Aborted', cause: reason });
    await expect(settleOrAbort(new Promise(() => undefined), controller.signal)).rejects.toBeInstanceOf(
      AbortedError,
    );
    expect(listenersOf(controller)).toBe(0);
  });
});
